//! The rules of tags: what is refused, why, and the command that repairs it.

use super::texts;
use crate::messages::Text;

/// The messages of this group.
pub const TEXTS: &[Text] = texts! {
    "TW-T001": "{tag} is refused: a tag name is plain ASCII (rule name).",
        "{tag} est refusé : un nom de tag s’écrit en ASCII simple (règle name).",
        "tag again with a plain name, such as: git tag -a {prefix}1.4.2",
        "recréez le tag sous un nom simple, par exemple : git tag -a {prefix}1.4.2";
    "TW-T002": "{tag} is refused: a tag name has at most {most} bytes (rule name).",
        "{tag} est refusé : un nom de tag a au plus {most} octets (règle name).",
        "tag again with a shorter name, such as: git tag -a {prefix}2.0.0-rc.1",
        "recréez le tag sous un nom plus court, par exemple : git tag -a {prefix}2.0.0-rc.1";
    "TW-T003": "{tag} is refused: a release tag begins with {prefix} (rule name).",
        "{tag} est refusé : un tag de version commence par {prefix} (règle name).",
        "tag again with: git tag -a {meant}",
        "recréez le tag avec : git tag -a {meant}";
    "TW-T004": "{tag} is refused: the {prefix} is a small letter (rule name).",
        "{tag} est refusé : le {prefix} s’écrit en minuscule (règle name).",
        "tag again with: git tag -a {meant}",
        "recréez le tag avec : git tag -a {meant}";
    "TW-T005": "{tag} is refused: a version has three numbers, not {count} (rule name).",
        "{tag} est refusé : une version a trois nombres, et non {count} (règle name).",
        "tag again with: git tag -a {meant}",
        "recréez le tag avec : git tag -a {meant}";
    "TW-T006": "{tag} is refused: a number has a leading zero (rule name).",
        "{tag} est refusé : un nombre commence par zéro (règle name).",
        "tag again without it: git tag -a {meant}",
        "recréez le tag sans ce zéro : git tag -a {meant}";
    "TW-T007": "{tag} is refused: blanks and control characters do not belong in a tag name (rule name).",
        "{tag} est refusé : espaces et caractères de contrôle n’ont pas leur place dans un nom de tag (règle name).",
        "tag again without them: git tag -a {meant}",
        "recréez le tag sans eux : git tag -a {meant}";
    "TW-T008": "{tag} is refused: a number is larger than any that can be compared (rule name).",
        "{tag} est refusé : un nombre dépasse ce qui peut être comparé (règle name).",
        "tag again with smaller numbers, such as: git tag -a {prefix}1.4.2",
        "recréez le tag avec des nombres plus petits, par exemple : git tag -a {prefix}1.4.2";
    "TW-T009": "{tag} is refused: it resembles a rollback tag, whose exact form is {exact} (rule name).",
        "{tag} est refusé : il ressemble à un tag de retour, dont la forme exacte est {exact} (règle name).",
        "to take that release back: git tag {exact} COMMIT && git push origin {exact}",
        "pour retirer cette version : git tag {exact} COMMIT && git push origin {exact}";
    "TW-T010": "{tag} is refused: it is no strict semantic version (rule name).",
        "{tag} est refusé : ce n’est pas une version sémantique stricte (règle name).",
        "tag again with a name such as: git tag -a {prefix}1.4.2",
        "recréez le tag sous un nom comme : git tag -a {prefix}1.4.2";
    "TW-T011": "{tag} is refused: build metadata does not order versions, so it has no place in a tag (rule name).",
        "{tag} est refusé : les métadonnées de build n’ordonnent pas les versions et n’ont pas leur place dans un tag (règle name).",
        "tag again without the part from the + on: git tag -a {meant}",
        "recréez le tag sans la partie à partir du + : git tag -a {meant}";
    "TW-T012": "{tag} is refused: it does not follow {base} (rule version-successor).",
        "{tag} est refusé : il ne suit pas {base} (règle version-successor).",
        "allowed next: {allowed}; tag again with: git tag -a {first}", "suivants possibles : {allowed} ; recréez le tag avec : git tag -a {first}";
    "TW-T013": "{tag} is refused: this version has a tag already (rule version-successor).",
        "{tag} est refusé : cette version a déjà un tag (règle version-successor).",
        "allowed next: {allowed}; tag again with: git tag -a {first}", "suivants possibles : {allowed} ; recréez le tag avec : git tag -a {first}";
    "TW-T014": "{tag} is refused: {twin} differs from it in nothing but case (rule name).",
        "{tag} est refusé : {twin} n’en diffère que par la casse (règle name).",
        "the forge holds both for one; see which names may come next with: tagwarden plan",
        "la forge les confond ; voyez les noms possibles ensuite avec : tagwarden plan";
    "TW-T015": "{tag} is refused: it does not rank above {newest} (rule version-series).",
        "{tag} est refusé : il n’est pas supérieur à {newest} (règle version-series).",
        "words compare as text, numbers as numbers; tag again with: git tag -a {next}",
        "les mots se comparent comme du texte, les nombres comme des nombres ; recréez le tag avec : git tag -a {next}";
    "TW-T016": "{tag} is refused: only versions may be tagged here (rule other-tags).",
        "{tag} est refusé : seules les versions peuvent être taguées ici (règle other-tags).",
        "ask the administrator for other_tags = \"pass\", or use a branch: git push origin TAG^{commit}:refs/heads/NAME",
        "demandez other_tags = \"pass\" à l’administrateur, ou utilisez une branche : git push origin TAG^{commit}:refs/heads/NOM";
    "TW-T017": "{tag} is refused: a first release is one of {allowed} (rule version-successor).",
        "{tag} est refusé : une première version est l’une de {allowed} (règle version-successor).",
        "tag again with: git tag -a {first}", "recréez le tag avec : git tag -a {first}";
    "TW-T018": "{tag} is refused: {later} sits later on {main} already (rule version-successor).",
        "{tag} est refusé : {later} se trouve déjà plus loin sur {main} (règle version-successor).",
        "repair an old line on a branch that starts at its tag: git switch -c hotfix/NAME TAG",
        "corrigez une ancienne ligne sur une branche partant de son tag : git switch -c hotfix/NOM TAG";
    "TW-T019": "{tag} is refused: on this hotfix line only {allowed} may follow {base} (rule version-hotfix).",
        "{tag} est refusé : sur cette ligne de correctif, seul {allowed} peut suivre {base} (règle version-hotfix).",
        "tag again with: git tag -a {first}", "recréez le tag avec : git tag -a {first}";
    "TW-T020": "{tag} is refused: it is a lightweight tag (rule annotated).", "{tag} est refusé : c’est un tag léger (règle annotated).",
        "tag again with: git tag -d {tag} && git tag -a {tag} -m \"Release {tag}\"", "recréez-le avec : git tag -d {tag} && git tag -a {tag} -m \"Release {tag}\"";
    "TW-T021": "{tag} is refused: inside it is named {inside} (rule name-inside).",
        "{tag} est refusé : à l’intérieur il se nomme {inside} (règle name-inside).",
        "tag again with: git tag -d {tag} && git tag -a {tag} -m \"Release {tag}\"", "recréez-le avec : git tag -d {tag} && git tag -a {tag} -m \"Release {tag}\"";
    "TW-T022": "{tag} is refused: it points at a {target} and not at a commit (rule direct-commit).",
        "{tag} est refusé : il pointe vers un objet {target} et non vers un commit (règle direct-commit).",
        "tag the commit itself: git tag -d {tag} && git tag -a {tag} COMMIT -m \"Release {tag}\"", "taguez le commit lui-même : git tag -d {tag} && git tag -a {tag} COMMIT -m \"Release {tag}\"";
    "TW-T023": "{tag} is refused: its commit is neither on {main} nor on a hotfix branch (rule branch).",
        "{tag} est refusé : son commit n’est ni sur {main} ni sur une branche hotfix (règle branch).",
        "push both together: git push --atomic origin {main} {tag}", "poussez les deux ensemble : git push --atomic origin {main} {tag}";
    "TW-T024": "{tag} is refused: {branch} does not leave {main} at a stable tag (rule branch).",
        "{tag} est refusé : {branch} ne quitte pas {main} à un tag stable (règle branch).",
        "start the hotfix at the release: git switch -c hotfix/NAME TAG", "partez de la version : git switch -c hotfix/NOM TAG";
    "TW-T025": "{tag} is refused: its tag object is larger than {most} KiB (rule object).",
        "{tag} est refusé : son objet tag dépasse {most} Kio (règle object).",
        "tag again with a shorter message: git tag -f -a {tag} -m \"Release {tag}\"", "recréez-le avec un message plus court : git tag -f -a {tag} -m \"Release {tag}\"";
    "TW-T026": "{tag} is refused: its tag object is not of git's form (rule object).",
        "{tag} est refusé : son objet tag n’a pas la forme de git (règle object).",
        "tag again with: git tag -d {tag} && git tag -a {tag} -m \"Release {tag}\"", "recréez-le avec : git tag -d {tag} && git tag -a {tag} -m \"Release {tag}\"";
    "TW-T030": "{tag} is refused: it exists and a release tag never moves (rule no-move).",
        "{tag} est refusé : il existe, et un tag de version ne bouge jamais (règle no-move).",
        "release the next version, and fetch this tag again with: git fetch origin tag {tag} --force",
        "publiez la version suivante, et récupérez ce tag avec : git fetch origin tag {tag} --force";
    "TW-T031": "{tag} is not deleted: a release tag stays (rule no-delete).",
        "{tag} n’est pas supprimé : un tag de version reste (règle no-delete).",
        "to take the release back: tagwarden tag --rollback {tag}",
        "pour retirer la version : tagwarden tag --rollback {tag}";
    "TW-T032": "{tag} is refused: the push names it twice (rule once).",
        "{tag} est refusé : le push le nomme deux fois (règle once).",
        "push each ref once: git push origin REF",
        "poussez chaque ref une seule fois : git push origin REF";
    "TW-T033": "{tag} is refused: replacement refs change what others see (rule no-replace).",
        "{tag} est refusé : les refs de remplacement changent ce que voient les autres (règle no-replace).",
        "push branches and tags by their names: git push origin BRANCH TAG",
        "poussez branches et tags par leur nom : git push origin BRANCHE TAG";
    "TW-T034": "{tag} is refused: it is not signed (rule signed).", "{tag} est refusé : il n’est pas signé (règle signed).",
        "sign it: git tag -d {tag} && git tag -s {tag} -m \"Release {tag}\"", "signez-le : git tag -d {tag} && git tag -s {tag} -m \"Release {tag}\"";
    "TW-T035": "{tag} is refused: it is signed with a key that nobody allowed here (rule signed).",
        "{tag} est refusé : il est signé avec une clé que personne n’a autorisée ici (règle signed).",
        "sign it with an allowed key, or ask the administrator to allow yours: git tag -f -s {tag}",
        "signez-le avec une clé autorisée, ou faites autoriser la vôtre : git tag -f -s {tag}";
    "TW-T036": "{tag} is refused: its signature does not match its contents (rule signed).",
        "{tag} est refusé : sa signature ne correspond pas à son contenu (règle signed).",
        "sign it again: git tag -f -s {tag} -m \"Release {tag}\"", "signez-le à nouveau : git tag -f -s {tag} -m \"Release {tag}\"";
    "TW-T037": "{tag} is refused: a signature is one block at the very end of the message (rule signed).",
        "{tag} est refusé : une signature est un seul bloc, tout à la fin du message (règle signed).",
        "sign it again: git tag -f -s {tag} -m \"Release {tag}\"", "signez-le à nouveau : git tag -f -s {tag} -m \"Release {tag}\"";
    "TW-T038": "{tag} is refused: the key that signed it is revoked, out of date, or not for tags (rule signed).",
        "{tag} est refusé : la clé qui l’a signé est révoquée, périmée ou pas prévue pour les tags (règle signed).",
        "sign it with a key that is valid now: git tag -f -s {tag}", "signez-le avec une clé valide maintenant : git tag -f -s {tag}";
    "TW-T039": "{tag} is refused: its date is before its commit's or in the future (rule signed).",
        "{tag} est refusé : sa date précède celle du commit ou se situe dans le futur (règle signed).",
        "set the clock right and sign it again: git tag -f -s {tag}", "réglez l’horloge et signez-le à nouveau : git tag -f -s {tag}";
    "TW-T040": "{tag} is refused: its commit has no {path} (rule changelog).",
        "{tag} est refusé : son commit n’a pas de {path} (règle changelog).",
        "write it with a section `## [{version}] - YYYY-MM-DD`, commit it, and tag again with: git tag -f -a {tag}",
        "écrivez-le avec une section `## [{version}] - AAAA-MM-JJ`, faites-en un commit et recréez le tag avec : git tag -f -a {tag}";
    "TW-T041": "{tag} is refused: {path} has no section for {version} at its commit (rule changelog).",
        "{tag} est refusé : {path} n’a pas de section pour {version} à ce commit (règle changelog).",
        "make it and tag again with: tagwarden changelog release {version} && git tag -f -a {tag}",
        "créez-la et recréez le tag avec : tagwarden changelog release {version} && git tag -f -a {tag}";
    "TW-T042": "{tag} is refused: the section for {version} in {path} has no date (rule changelog).",
        "{tag} est refusé : la section {version} de {path} n’a pas de date (règle changelog).",
        "write `## [{version}] - YYYY-MM-DD`, commit it, and tag again with: git tag -f -a {tag}",
        "écrivez `## [{version}] - AAAA-MM-JJ`, faites-en un commit et recréez le tag avec : git tag -f -a {tag}";
    "TW-T043": "{tag} is refused: {path} has two sections for {version} (rule changelog).",
        "{tag} est refusé : {path} a deux sections pour {version} (règle changelog).",
        "merge them, commit, and tag again with: git tag -f -a {tag}",
        "fusionnez-les, faites un commit et recréez le tag avec : git tag -f -a {tag}";
    "TW-T044": "{tag} is refused: no version is left that may follow {base} here (rule version-successor).",
        "{tag} est refusé : aucune version ne peut plus suivre {base} ici (règle version-successor).",
        "release from {main} instead; look at what there is with: git tag --list",
        "publiez plutôt depuis {main} ; voyez ce qui existe avec : git tag --list";
    "TW-T045": "{tag} is refused: this version has a tag already, and no other may follow {base} here (rule version-successor).",
        "{tag} est refusé : cette version a déjà un tag, et aucune autre ne peut suivre {base} ici (règle version-successor).",
        "look where it is with: git branch --all --contains {tag}",
        "voyez où il se trouve avec : git branch --all --contains {tag}";
    "TW-T046": "{tag} is not deleted: a version that was tagged stays used (rule no-delete).",
        "{tag} n’est pas supprimé : une version taguée reste prise (règle no-delete).",
        "leave it, and release the next version with: tagwarden tag",
        "laissez-le, et publiez la version suivante avec : tagwarden tag";
    "TW-T050": "{tag} is refused: there is no release {release} to take back (rule rollback).",
        "{tag} est refusé : il n’y a pas de version {release} à retirer (règle rollback).",
        "see which there are with: git ls-remote --tags origin; take one back with: tagwarden tag --rollback VERSION",
        "voyez celles qui existent avec : git ls-remote --tags origin ; retirez-en une avec : tagwarden tag --rollback VERSION";
    "TW-T051": "{tag} is refused: its commit carries no release earlier than {release} (rule rollback).",
        "{tag} est refusé : son commit ne porte aucune version antérieure à {release} (règle rollback).",
        "point it at what is to run again: git tag -f {tag} EARLIER-TAG^{commit}", "pointez-le vers ce qui doit tourner : git tag -f {tag} TAG-ANTERIEUR^{commit}";
    "TW-T060": "{tag} from {main} does not contain {lacking}: what was fixed there would be taken back.",
        "{tag} depuis {main} ne contient pas {lacking} : ce qui y a été corrigé serait annulé.",
        "unless that is meant, merge it and release the next version: git switch {main} && git merge {first}",
        "si ce n’est pas voulu, fusionnez-la et publiez la version suivante : git switch {main} && git merge {first}";
};
