//! The author's side (`TW-V…`): what the plan says, and what happens to a tag before it is pushed.

use super::texts;
use crate::messages::Text;

/// The messages of this group.
pub const TEXTS: &[Text] = texts! {
    "TW-V001": "The commit is neither on {main} nor on a hotfix branch, so it cannot be released from here.",
        "Le commit n’est ni sur {main} ni sur une branche hotfix : il ne peut être publié d’ici.",
        "merge it first; what is said here holds once it is on {main}", "fusionnez-le d’abord ; ceci vaudra une fois sur {main}";
    "TW-V002": "{branch} does not leave {main} at a release, so no hotfix can be released from it.",
        "{branch} ne quitte pas {main} à une version : aucun correctif ne peut en être publié.",
        "start the hotfix at the release: git switch -c hotfix/NAME TAG", "partez de la version : git switch -c hotfix/NOM TAG";
    "TW-V003": "{branch} holds changes that ask for a {level}, but a hotfix line only takes a patch.",
        "{branch} contient des changements de niveau {level}, mais une ligne de correctif n’accepte qu’un patch.",
        "move what is no repair to the main branch", "déplacez vers la branche principale ce qui n’est pas une correction";
    "TW-V004": "{later} sits later on {main} already, so nothing can be released from this commit.",
        "{later} se trouve déjà plus loin sur {main} : rien ne peut être publié depuis ce commit.",
        "plan from the tip: tagwarden plan {main}", "planifiez depuis la pointe : tagwarden plan {main}";
    "TW-V005": "{taken} has a tag already, so {next} is proposed instead.", "{taken} a déjà un tag ; {next} est proposé à la place.";
    "TW-V010": "The commits ask for a {commits}, the changelog for a {changelog} (line {line}).",
        "Les commits demandent un niveau {commits}, le changelog un niveau {changelog} (ligne {line}).",
        "the higher one is proposed; mend the one that is wrong", "le plus élevé est proposé ; corrigez celui qui se trompe";
    "TW-V011": "The changelog says nothing about these commits.", "Le changelog ne dit rien de ces commits.",
        "write what has changed under Unreleased", "notez ce qui a changé sous Unreleased";
    "TW-V012": "{commit} mentions a breaking change where it does not count: {line}",
        "{commit} mentionne une rupture à un endroit où elle ne compte pas : {line}",
        "only `!` before the colon or a BREAKING CHANGE: footer counts; decide the version yourself when it is one",
        "seuls `!` avant le deux-points ou un pied BREAKING CHANGE: comptent ; décidez vous-même de la version si c’en est une";
    "TW-V013": "Line {line} removes something and does not say whether that breaks anything: {entry}",
        "La ligne {line} retire quelque chose sans dire si cela casse : {entry}",
        "begin it with **BREAKING** when it does", "commencez-la par **BREAKING** si c’est le cas";
    "TW-V014": "{version} (line {line}) stands above what is not released yet.", "{version} (ligne {line}) se trouve au-dessus de ce qui n’est pas encore publié.",
        "move Unreleased to the top", "déplacez Unreleased tout en haut";
    "TW-V015": "The changelog has several versions without a tag: {versions}.", "Le changelog contient plusieurs versions sans tag : {versions}.",
        "merge their sections into one, or tag the older one first", "fusionnez leurs sections, ou taguez d’abord la plus ancienne";
    "TW-V020": "there is no git clone in {path}: {why}", "il n’y a pas de clone git dans {path} : {why}",
        "name it with --repo FOLDER", "indiquez-le avec --repo DOSSIER";
    "TW-V021": "the history of this clone is cut off, so the last release cannot be found", "l’historique de ce clone est tronqué : la dernière version est introuvable",
        "fetch the rest with: git fetch --unshallow --tags", "récupérez le reste avec : git fetch --unshallow --tags";
    "TW-V022": "`{remote}` is no remote", "`{remote}` n’est pas un dépôt distant",
        "list them with: git remote", "voyez : git remote";
    "TW-V023": "there is no commit `{revision}` here", "il n’y a pas de commit `{revision}` ici",
        "look at the branches with: git branch --all", "voyez les branches : git branch --all";
    "TW-V024": "The clone has no remote; its own branches and tags are believed.", "Le clone n’a pas de dépôt distant ; ses propres branches et tags font foi.",
        "name one with --remote", "indiquez-en un avec --remote";
    "TW-V025": "{remote} cannot be asked ({why}); what the clone last saw of it is believed.",
        "{remote} est injoignable ({why}) ; ce que le clone en a vu en dernier fait foi.",
        "try again when it can be reached, or say --offline", "recommencez quand il répondra, ou ajoutez --offline";
    "TW-V026": "This clone is none of the configured repositories; the usual rules hold, releases come from {main}.",
        "Ce clone n’est aucun des dépôts configurés ; les règles usuelles s’appliquent, les versions partent de {main}.",
        "name it with --repository OWNER/NAME", "indiquez-le avec --repository PROPRIETAIRE/NOM";
    "TW-V027": "there is no repository {name} in the configuration", "il n’y a pas de dépôt {name} dans la configuration",
        "list them with: tagwarden config show", "voyez : tagwarden config show";
    "TW-V030": "{remote} has {count} branches and tags that this clone lacks ({refs}).", "{remote} a {count} branches et tags absents de ce clone ({refs}).",
        "fetch them with: git fetch --tags {remote}", "récupérez-les avec : git fetch --tags {remote}";
    "TW-V031": "the tag {tag} exists here already and points elsewhere", "le tag {tag} existe déjà ici et pointe ailleurs",
        "look at it with: git show {tag}; remove it with: git tag -d {tag}", "examinez-le : git show {tag} ; retirez-le : git tag -d {tag}";
    "TW-V032": "nothing can be released from {commit}", "rien ne peut être publié depuis {commit}",
        "look at it with: tagwarden plan", "voyez : tagwarden plan";
    "TW-V033": "nobody is there to be asked", "il n’y a personne à qui demander",
        "add --yes, or look first with --dry-run", "ajoutez --yes, ou regardez d’abord avec --dry-run";
    "TW-V034": "{branch} cannot be pushed together with the tag: its tip is not this commit, or {remote} has gone another way",
        "{branch} ne peut être poussée avec le tag : sa pointe n’est pas ce commit, ou {remote} a divergé",
        "look at it with: git status; bring it up to date with: git pull --rebase", "voyez : git status ; mettez à jour : git pull --rebase";
    "TW-V035": "the tag was not made: {why}", "le tag n’a pas été créé : {why}",
        "when it is about signing, look at: git config --get-regexp '^(user.signingkey|gpg)'", "s’il s’agit de la signature, voyez : git config --get-regexp '^(user.signingkey|gpg)'";
    "TW-V036": "{remote} has refused; the tag was removed here again", "{remote} a refusé ; le tag a été retiré ici",
        "mend what it says above and run the same command again", "corrigez ce qui est dit ci-dessus et relancez la même commande";
    "TW-V037": "whether {remote} has taken {tag} is unknown", "on ignore si {remote} a pris {tag}",
        "run the same command again: it goes on where this one ended", "relancez la même commande : elle reprendra où celle-ci s’est arrêtée";
    "TW-V038": "there is no release that could be taken back", "il n’y a aucune version à retirer",
        "name it: tagwarden tag --rollback VERSION", "indiquez-la : tagwarden tag --rollback VERSION";
    "TW-V039": "there is no release before {tag} that could run again", "il n’y a aucune version avant {tag} qui puisse tourner de nouveau",
        "name it with --to TAG", "indiquez-la avec --to TAG";
    "TW-V040": "{tag} was shipped, and {main} lacks its changes ({commits}).", "{tag} a été livrée, et {main} n’a pas ses changements ({commits}).",
        "merge {tag}, or bring them over with: git cherry-pick -x {commits}", "fusionnez {tag}, ou reprenez-les avec : git cherry-pick -x {commits}";
    "TW-V041": "{branch} is not pushed yet; it is counted as if it were.", "{branch} n’est pas encore poussée ; elle compte comme si elle l’était.",
        "tag with --with-branch, or push it with: git push {remote} {branch}", "taguez avec --with-branch, ou poussez-la avec : git push {remote} {branch}";
    "TW-V042": "the tag {tag} is only here; {remote} does not have it.", "le tag {tag} n’est qu’ici ; {remote} ne l’a pas.",
        "remove it with: git tag -d {tag}", "retirez-le avec : git tag -d {tag}";
    "TW-V043": "{main} on {remote} is ahead of this commit.", "{main} sur {remote} est en avance sur ce commit.",
        "plan from its tip: git fetch {remote} && tagwarden plan {remote}/{main}", "planifiez depuis sa pointe : git fetch {remote} && tagwarden plan {remote}/{main}";
    "TW-V044": "there is no {path} at this commit.", "il n’y a pas de {path} à ce commit.",
        "add it with an Unreleased section", "ajoutez-le avec une section Unreleased";
    "TW-V045": "{path} has changes that are not committed; the committed file counts.", "{path} a des modifications non enregistrées ; seul le fichier enregistré compte.",
        "commit them first", "faites d’abord un commit";
    "TW-V046": "{tag} must be signed, and the tag that is here is not", "{tag} doit être signé, et le tag présent ici ne l’est pas",
        "run the same command again after: git tag -d {tag}", "relancez la même commande après : git tag -d {tag}";
    "TW-V047": "the daemon cannot be reached from here, so nothing can be watched: {why}", "le démon est injoignable d’ici, rien ne peut être suivi : {why}",
        "follow it on its page", "suivez-la sur sa page";
    "TW-V048": "the daemon has not seen {tag} within {seconds} s", "le démon n’a pas vu {tag} en {seconds} s",
        "look at it with: tagwarden status", "voyez : tagwarden status";
    "TW-V049": "{tag} did not get through: {environment} is {phase}", "{tag} n’est pas passé : {environment} est {phase}",
        "look at it with: tagwarden show {tag}", "voyez : tagwarden show {tag}";

    "plan-next": "{next} is next, a {bump} after {last}.", "La suite est {next}, un niveau {bump} après {last}.";
    "plan-first": "{next} is proposed as the first release.", "{next} est proposée comme première version.";
    "plan-nothing": "There is nothing to release since {last}.", "Il n’y a rien à publier depuis {last}.";
    "plan-impossible": "Nothing can be released from {commit}.", "Rien ne peut être publié depuis {commit}.";
    "plan-rule-main": "Base: {base}, the highest stable tag behind this commit; the next version is exactly one step away.",
        "Base : {base}, le tag stable le plus élevé derrière ce commit ; la version suivante est à un pas exactement.";
    "plan-rule-first": "First release: what may follow 0.0.0. 0.1.0 begins the development; {prefix}1.0.0 says that it is in use.",
        "Première version : ce qui peut suivre 0.0.0. 0.1.0 ouvre le développement ; {prefix}1.0.0 dit qu’elle est en service.";
    "plan-rule-hotfix": "Hotfix line {branch}: only the next patch of {base} may come here.", "Ligne de correctif {branch} : seul le patch suivant de {base} peut venir ici.";
    "plan-rule-below-one-minor": "Below 1.0.0 a breaking change raises the second number (breaking_below_one = \"minor\").",
        "En dessous de 1.0.0, une rupture augmente le deuxième nombre (breaking_below_one = \"minor\").";
    "plan-rule-below-one-major": "Below 1.0.0 a breaking change leads to 1.0.0 (breaking_below_one = \"major\").",
        "En dessous de 1.0.0, une rupture mène à 1.0.0 (breaking_below_one = \"major\").";
    "plan-rule-nothing-forces": "No commit forces more than a patch.", "Aucun commit n’impose plus qu’un patch.";
    "plan-series": "Its newest pre-release is {newest}.", "Sa préversion la plus récente est {newest}.";
    "plan-because": "Because of", "À cause de";
    "plan-because-line": "changelog line {line}: {text}", "ligne {line} du changelog : {text}";
    "plan-line": "changelog line {line}", "ligne {line} du changelog";
    "plan-commits": "Commits since then: {count}", "Commits depuis : {count}";
    "plan-group-breaking": "Breaking", "Ruptures";
    "plan-group-features": "New", "Nouveautés";
    "plan-group-fixes": "Repaired", "Corrections";
    "plan-group-reverts": "Taken back", "Retours en arrière";
    "plan-group-rest": "Behind the scenes", "En coulisse";
    "plan-group-other": "Without a convention", "Sans convention";
    "plan-group-merges": "Merges", "Fusions";
    "plan-group-taken-back": "Taken back before any release", "Annulés avant toute version";
    "plan-candidates": "Allowed here: {all}", "Permis ici : {all}";
    "plan-changelog": "{path}: {count} entries for the coming release", "{path} : {count} entrées pour la version à venir";
    "plan-changelog-ready": "{version} has its section already, in line {line}.", "{version} a déjà sa section, ligne {line}.";
    "plan-missing": "no entry for:", "aucune entrée pour :";
    "plan-unclear": "perhaps no entry is needed for:", "peut-être sans besoin d’entrée :";
    "plan-unknown": "line {line}: no commit explains it: {text}", "ligne {line} : aucun commit ne l’explique : {text}";
    "plan-unknown-at": "line {line}: no commit explains it:", "ligne {line} : aucun commit ne l’explique :";
    "plan-misfiled": "line {line} stands under {group}, but {commit} asks for {expected}: {text}",
        "la ligne {line} est sous {group}, mais {commit} demande {expected} : {text}";
    "plan-hotfix-line": "Hotfix line {branch} from {base}: {next} may come next.", "Ligne de correctif {branch} depuis {base} : la suite est {next}.";
    "plan-hotfix-line-full": "Hotfix line {branch} from {base}: its next patch has a tag already.", "Ligne de correctif {branch} depuis {base} : son patch suivant a déjà un tag.";
    "plan-hotfix-line-loose": "{branch} (after {base}) does not leave {main} at a release, so it is no hotfix line.",
        "{branch} (après {base}) ne quitte pas {main} à une version : ce n’est pas une ligne de correctif.";
    "plan-lacking": "Shipped with {tag} and missing here:", "Livré avec {tag} et absent ici :";
    "plan-gates": "Gates of {environment}:", "Conditions de {environment} :";
    "plan-slot": "The next slot opens {slot_at}.", "Prochain créneau : {slot_at}.";
    "plan-offline": "Gates and slots are read from the configuration alone ({why}).", "Conditions et créneaux sont lus dans la seule configuration ({why}).";
    "plan-steps": "From here:", "D’ici :";
    "plan-title-changelog": "Changelog", "Changelog";
    "plan-title-checklist": "To do", "À faire";
    "outlook-gate-unknown": "Only the daemon knows.", "Seul le démon le sait.";

    "tag-shown": "{tag} on {commit} ({place}), to {remote}:", "{tag} sur {commit} ({place}), vers {remote} :";
    "tag-with-branch": "{branch} is pushed together with it, all or nothing.", "{branch} est poussée en même temps, tout ou rien.";
    "tag-lawful": "All rules of the door hold.", "Toutes les règles de la porte sont respectées.";
    "tag-dry": "Nothing was made.", "Rien n’a été créé.";
    "tag-question": "Make and push it? [y/N] ", "Le créer et le pousser ? [o/N] ";
    "tag-question-here": "Make it here? [y/N] ", "Le créer ici ? [o/N] ";
    "tag-not-made": "Nothing was made.", "Rien n’a été créé.";
    "tag-made": "{tag} is made here.", "{tag} est créé ici.";
    "tag-resumed": "{tag} is here already, as it should be.", "{tag} est déjà ici, tel qu’il doit être.";
    "tag-to-push": "Push it with: git push {remote} {tag}", "Poussez-le avec : git push {remote} {tag}";
    "tag-pushed": "{remote} has taken {tag}.", "{remote} a pris {tag}.";
    "tag-there": "{remote} has {tag} already, as it should be.", "{remote} a déjà {tag}, tel qu’il doit être.";
    "tag-follow": "Follow it at {link}", "À suivre sur {link}";
    "tag-watching": "Watching {tag} for {environment}.", "Suivi de {tag} pour {environment}.";
    "tag-watch-line": "{at_at}  {text}", "{at_at}  {text}";
    "tag-watch-end": "{environment}: {phase}", "{environment} : {phase}";
    "tag-branch-hint": "{branch} is not pushed yet; add --with-branch to push both together.", "{branch} n’est pas encore poussée ; ajoutez --with-branch pour pousser les deux ensemble.";
};
