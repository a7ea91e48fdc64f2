//! What gates say that need evidence or people: automatic gates, sign-off, overrides, void approvals.

use super::texts;
use crate::messages::Text;

/// The messages of this group.
pub const TEXTS: &[Text] = texts! {
    "gate-evidence-none": "{gate} has not been looked at yet.", "{gate} n’a pas encore été examiné.";
    "gate-evidence-old": "{gate}: what was found dates from {from_at} and may be {max_for} old at most.",
        "{gate} : ce qui a été trouvé date du {from_at} et ne peut avoir plus de {max_for}.";
    "gate-evidence-stale": "{gate} was last looked at {from_at}, more than {max_for} ago; it is looked at again.",
        "{gate} a été examiné le {from_at}, il y a plus de {max_for} ; il sera réexaminé.";
    "gate-evidence-future": "{gate}: what was found is dated {from_at}, in the future; nothing is known.",
        "{gate} : ce qui a été trouvé est daté du {from_at}, dans le futur ; rien n’est connu.";
    "gate-unreached": "{what} cannot be asked ({why}); it will be tried again.",
        "{what} ne peut être interrogé ({why}) ; nouvel essai à venir.";
    "gate-no-host": "The host on which to look is not configured any more.",
        "L’hôte sur lequel regarder n’est plus configuré.";
    "gate-http-good": "It answers {status}.", "La réponse est {status}.";
    "gate-http-status": "It answers {status} instead of {expected}.", "La réponse est {status} au lieu de {expected}.";
    "gate-http-text": "The answer does not contain `{text}`.", "La réponse ne contient pas `{text}`.";
    "gate-http-value": "{pointer} is {found}.", "{pointer} vaut {found}.";
    "gate-http-other-value": "{pointer} is {found} instead of {expected}.", "{pointer} vaut {found} au lieu de {expected}.";
    "gate-http-no-value": "The answer has nothing at {pointer}; {expected} is wanted there.",
        "La réponse n’a rien en {pointer} ; {expected} y est attendu.";
    "gate-http-no-json": "The answer is no JSON of at most 1 MiB, so what stands at {pointer} is unknown; {expected} is wanted there.",
        "La réponse n’est pas du JSON d’au plus 1 Mio ; ce qui se trouve en {pointer} est inconnu, {expected} y est attendu.";
    "gate-command-good": "The command ended with {exit}.", "La commande s’est terminée avec {exit}.";
    "gate-command-bad": "The command ended with {exit} instead of {expected}: {said}",
        "La commande s’est terminée avec {exit} au lieu de {expected} : {said}";
    "gate-prometheus-good": "Every series keeps to the limits ({limits}).", "Chaque série respecte les limites ({limits}).";
    "gate-prometheus-bad": "{series} breaks the limits ({limits}).", "{series} dépasse les limites ({limits}).";
    "gate-prometheus-nan": "A value of the query is no number, so nothing is known; wanted is {limits}.",
        "Une valeur de la requête n’est pas un nombre ; rien n’est connu, attendu : {limits}.";
    "gate-prometheus-partial": "{what} answered with a part of the data only, so nothing is known; it will be asked again.",
        "{what} n’a répondu qu’avec une partie des données ; rien n’est connu, nouvel essai à venir.";
    "gate-prometheus-warned": "{what} warns that its answer may be incomplete ({why}), so nothing is known; it will be asked again.",
        "{what} avertit que sa réponse est peut-être incomplète ({why}) ; rien n’est connu, nouvel essai à venir.";
    "gate-prometheus-empty": "The query finds no series, so nothing is known.",
        "La requête ne trouve aucune série ; rien n’est connu.";
    "gate-prometheus-empty-good": "The query finds no series, as it should.", "La requête ne trouve aucune série, comme il se doit.";
    "gate-alerts-none": "No alert is firing.", "Aucune alerte n’est active.";
    "gate-alerts-firing": "These alerts are firing: {alerts}.", "Ces alertes sont actives : {alerts}.";
    "gate-alerts-blind": "These alerts have no data, so nothing is known: {alerts}.",
        "Ces alertes n’ont pas de données ; rien n’est connu : {alerts}.";
    "gate-checks-green": "Green for {commit}: {what}.", "Au vert pour {commit} : {what}.";
    "gate-checks-red": "Not green for {commit}: {what}.", "Pas au vert pour {commit} : {what}.";
    "gate-checks-under-way": "Still under way for {commit}: {what}.", "Encore en cours pour {commit} : {what}.";
    "gate-checks-absent": "Forgejo has nothing for {commit} from {what}.", "Forgejo n’a rien pour {commit} de la part de {what}.";
    "gate-checks-none": "Forgejo has neither a run nor a status for {commit}.",
        "Forgejo n’a ni exécution ni statut pour {commit}.";
    "gate-e2e-before-deployment": "The newest run of {what} for {commit} began before the deployment {since_at}, so it proves nothing; a new one is needed.",
        "La dernière exécution de {what} pour {commit} a commencé avant le déploiement du {since_at} et ne prouve rien ; il en faut une nouvelle.";
    "gate-e2e-old": "The newest run of {what} for {commit} ended {from_at} and may be {max_for} old at most; a new one is needed.",
        "La dernière exécution de {what} pour {commit} s’est terminée le {from_at} et ne peut avoir plus de {max_for} ; il en faut une nouvelle.";
    "gate-e2e-never-there": "Nothing was ever deployed to {environment}, so {tag} cannot have been tried there.",
        "Rien n’a jamais été déployé sur {environment} : {tag} n’a pas pu y être essayé.";
    "gate-e2e-not-there": "{environment} does not run {tag}, so it cannot be tried there.",
        "{environment} n’exécute pas {tag}, qui ne peut donc y être essayé.";
    "gate-e2e-deploying": "{other} is being deployed to {environment} or taken back; then it is seen whether {tag} can be tried there.",
        "{other} est en cours de déploiement ou de retrait sur {environment} ; on verra ensuite si {tag} peut y être essayé.";
    "gate-e2e-started": "{what} was started {since_at}; its run is waited for.",
        "{what} a été lancé le {since_at} ; son exécution est attendue.";
    "gate-e2e-asked": "Forgejo was asked to start {what} {since_at}; its run is looked for.",
        "Le lancement de {what} a été demandé à Forgejo le {since_at} ; son exécution est recherchée.";
    "gate-e2e-refused": "Forgejo was asked to start {what} {since_at}, but {why}; its run is looked for, then it is tried again.",
        "Le lancement de {what} a été demandé à Forgejo le {since_at}, mais {why} ; son exécution est recherchée, puis un nouvel essai est fait.";
    "gate-e2e-not-started": "{what} could not be started, the last time {since_at}; start it by hand for this tag, and see that it listens to workflow_dispatch.",
        "{what} n’a pas pu être lancé, la dernière fois le {since_at} ; lancez-le à la main pour cette étiquette et vérifiez qu’il accepte workflow_dispatch.";
    "gate-backup-good": "The newest backup was made {made_at}: {what}.",
        "La sauvegarde la plus récente date du {made_at} : {what}.";
    "gate-backup-none": "There is no backup.", "Il n’y a pas de sauvegarde.";
    "gate-backup-unlisted": "The backups cannot be listed (status {status}): {said}",
        "Les sauvegardes ne peuvent être listées (statut {status}) : {said}",
        "passwords come from the host: name a script there that sets them, or write run = [\"env\", \"RESTIC_PASSWORD_FILE=…\", \"restic\", …]",
        "les mots de passe viennent de l’hôte : nommez-y un script qui les définit, ou écrivez run = [\"env\", \"RESTIC_PASSWORD_FILE=…\", \"restic\", …]";
    "gate-backup-no-list": "What lists the backups printed nothing that can be read, or more than 1 MiB.",
        "Ce qui liste les sauvegardes n’a rien affiché de lisible, ou plus de 1 Mio.",
        "narrow the list, such as with --latest 1, --host or --last 1", "restreignez la liste, par exemple avec --latest 1, --host ou --last 1";
    "gate-backup-no-instant": "The command printed no instant such as 2026-11-25T03:00:00+01:00: {said}",
        "La commande n’a pas affiché d’instant tel que 2026-11-25T03:00:00+01:00 : {said}";
    "gate-backup-closed": "The folder {folder} is not there, or the login may not look into it.",
        "Le dossier {folder} n’existe pas, ou le compte n’a pas le droit d’y regarder.";
    "gate-backup-small": "{path} has {size} bytes; at least {least} are wanted.",
        "{path} fait {size} octets ; il en faut au moins {least}.";
    "gate-backup-sum-missing": "{path} has no checksum file {sum}.", "{path} n’a pas de fichier de contrôle {sum}.";
    "gate-backup-sum-unreadable": "The checksum file {sum} says nothing about {path}.",
        "Le fichier de contrôle {sum} ne dit rien de {path}.";
    "gate-backup-sum-other": "{path} does not have the checksum that stands beside it; it is damaged or unfinished.",
        "{path} n’a pas la somme de contrôle inscrite à côté ; il est abîmé ou inachevé.";
    "gate-backup-broken": "{path} cannot be read to its end: {said}", "{path} ne peut être lu jusqu’au bout : {said}";
    "gate-backup-no-tool": "The host has no pg_restore to read the dump with.",
        "L’hôte n’a pas pg_restore pour lire la sauvegarde.",
        "install postgresql-client there", "installez-y postgresql-client";
    "gate-backup-later": "The newest backup, of {made_at}, does not do; one is taken as soon as nothing else is missing.",
        "La sauvegarde la plus récente, du {made_at}, ne convient pas ; une autre sera faite dès que rien d’autre ne manquera.";
    "gate-backup-later-none": "There is no backup; one is taken as soon as nothing else is missing.",
        "Il n’y a pas de sauvegarde ; une sera faite dès que rien d’autre ne manquera.";
    "gate-backup-taking": "The newest backup, of {made_at}, does not do; one is being taken now.",
        "La sauvegarde la plus récente, du {made_at}, ne convient pas ; une autre est en cours.";
    "gate-backup-taking-none": "There is no backup; one is being taken now.",
        "Il n’y a pas de sauvegarde ; une est en cours.";
    "gate-backup-take-failed": "Taking a backup ended with status {status}; the next try comes after {again_for}. {said}",
        "La sauvegarde lancée s’est terminée avec le statut {status} ; nouvel essai après {again_for}. {said}";
    "gate-backup-take-lost": "Taking a backup was killed, or the host was started anew; the next try comes after {again_for}.",
        "La sauvegarde lancée a été tuée, ou l’hôte a redémarré ; nouvel essai après {again_for}.";
    "gate-backup-take-idle": "Taking a backup ended well, but there is no newer good one; the next try comes after {again_for}.",
        "La sauvegarde lancée s’est bien terminée, mais il n’y en a pas de plus récente et valable ; nouvel essai après {again_for}.";
    "gate-backup-take-other": "Another release has a backup taken on the host; the next try comes after {again_for}.",
        "Une autre version fait faire une sauvegarde sur l’hôte ; nouvel essai après {again_for}.";
    "gate-image-good": "Every image stands in its registry ({count}); these very digests are deployed.",
        "Chaque image est dans son registre ({count}) ; ce sont ces empreintes qui seront déployées.";
    "gate-image-good-but": "Every image stands in its registry ({count}), besides those of {services}, which are not looked for; these very digests are deployed.",
        "Chaque image est dans son registre ({count}), hormis celles de {services}, qui ne sont pas cherchées ; ce sont ces empreintes qui seront déployées.";
    "gate-image-absent": "Not in its registry: {images}.", "Absent de son registre : {images}.",
        "build and push it; the gate looks again by itself", "construisez-la et envoyez-la ; la condition regardera de nouveau d’elle-même";
    "gate-image-wrong": "The registry is not to be believed about {image}: {why}.",
        "Le registre n’est pas crédible au sujet de {image} : {why}.";
    "gate-image-login-refused": "{registry} does not let the configured user see {image}, or it is not there.",
        "{registry} ne laisse pas l’utilisateur configuré voir {image}, ou elle n’y est pas.",
        "check user and password in [[repository.environment.gates.image.registry]]",
        "vérifiez user et password dans [[repository.environment.gates.image.registry]]";
    "gate-image-login-missing": "{registry} wants a login before it shows {image}, or it is not there.",
        "{registry} veut une connexion avant de montrer {image}, ou elle n’y est pas.",
        "write one in [[repository.environment.gates.image.registry]] with host = \"{registry}\"",
        "écrivez-en une dans [[repository.environment.gates.image.registry]] avec host = \"{registry}\"";
    "gate-image-unlisted": "The registry {registry} of {image} is not listed, so it is not asked.",
        "Le registre {registry} de {image} n’est pas listé ; il n’est donc pas interrogé.",
        "if it is yours to trust, add [[repository.environment.gates.image.registry]] with host = \"{registry}\"",
        "si vous lui faites confiance, ajoutez [[repository.environment.gates.image.registry]] avec host = \"{registry}\"";
    "gate-image-unknown": "The registry cannot be asked about {image} ({why}); it will be tried again.",
        "Le registre ne peut être interrogé sur {image} ({why}) ; nouvel essai à venir.";
    "gate-signoff-open": "{tag} waits for the checklist of {environment}: {items}, by {who}.",
        "{tag} attend la liste de contrôle de {environment} : {items}, par {who}.";
    "gate-signoff-unsigned": "Every item of the checklist is ticked; {who} must sign it for {tag}.",
        "Chaque point de la liste est coché ; {who} doit la signer pour {tag}.";
    "gate-signoff-faulty": "{by} found {item} faulty: {note}", "{by} a trouvé {item} défaillant : {note}";
    "gate-signoff-old": "The signature under the checklist is older than {max_for}; {who} must sign again.",
        "La signature de la liste a plus de {max_for} ; {who} doit signer à nouveau.";
    "gate-signoff-good": "{by} signed the checklist.", "{by} a signé la liste de contrôle.";
    "gate-overridden": "{by} and {second} let it pass {gate} until {until_at}: {reason}",
        "{by} et {second} le laissent passer {gate} jusqu’au {until_at} : {reason}";
    "approval-void-target": "The approval of {tag} by {by} counts no more: where or how it would be deployed has changed.",
        "L’approbation de {tag} par {by} ne compte plus : la cible ou la façon de déployer a changé.";
    "approval-void-evidence": "The approval of {tag} by {by} counts no more: the evidence of {gate} has changed.",
        "L’approbation de {tag} par {by} ne compte plus : la preuve de {gate} a changé.";
    "event-seen": "Looked at {gates}.", "Examiné : {gates}.";
    "event-ticked": "{by} tried {item}: well. {note}", "{by} a essayé {item} : bien. {note}";
    "event-ticked-faulty": "{by} tried {item}: faulty. {note}", "{by} a essayé {item} : défaillant. {note}";
    "event-signed-off": "{by} signed the checklist.", "{by} a signé la liste de contrôle.";
    "event-override-asked": "{by} asked that it may pass {gate} until {until_at}: {reason}",
        "{by} a demandé qu’il puisse passer {gate} jusqu’au {until_at} : {reason}";
    "event-override-drill": "{by} began a drill for passing {gate}: {reason}",
        "{by} a commencé un exercice pour passer {gate} : {reason}";
    "event-override-confirmed": "{by} confirmed that it may pass {gate}.", "{by} a confirmé qu’il peut passer {gate}.";
    "event-override-drilled": "{by} confirmed the drill for {gate}: the way works; nothing was opened.",
        "{by} a confirmé l’exercice pour {gate} : la procédure fonctionne ; rien n’a été ouvert.";
    "override-asked": "{by} asks that {tag} may pass {gate} of {environment} until {until_at}: {reason}. A second person is needed: tagwarden override {release} {gate} --confirm",
        "{by} demande que {tag} puisse passer {gate} de {environment} jusqu’au {until_at} : {reason}. Une deuxième personne est nécessaire : tagwarden override {release} {gate} --confirm";
    "override-drill-asked": "{by} began a drill for passing {gate} of {environment} with {tag}: {reason}. A second person is needed: tagwarden override {release} {gate} --confirm",
        "{by} a commencé un exercice pour passer {gate} de {environment} avec {tag} : {reason}. Une deuxième personne est nécessaire : tagwarden override {release} {gate} --confirm";
    "override-confirmed": "{by} confirmed it: {tag} may pass {gate} of {environment}.",
        "{by} l’a confirmé : {tag} peut passer {gate} de {environment}.";
    "override-drilled": "{by} confirmed the drill for {gate} of {environment} with {tag}: the way works; nothing was opened.",
        "{by} a confirmé l’exercice pour {gate} de {environment} avec {tag} : la procédure fonctionne ; rien n’a été ouvert.";
    "override-ended": "{by} took the override back: {tag} does not pass {gate} of {environment}.",
        "{by} a annulé la dérogation : {tag} ne passe pas {gate} de {environment}.";
    "hold-contains-failed": "{tag} was taken back, and this contains it; let it go on if it mends the fault.",
        "{tag} a été repris, et cette version le contient ; laissez-la continuer si elle corrige le défaut.";
    "approval-void-expired": "The approval of {tag} by {by} counts no more: its time is over, or its slot was missed.",
        "L’approbation de {tag} par {by} ne compte plus : son délai est écoulé, ou son créneau est passé.";
    "event-override-ended": "{by} took the override of {gate} back.", "{by} a annulé la dérogation à {gate}.";
    "event-issue-opened": "Its issue is number {number}.", "Son ticket porte le numéro {number}.";
    "forecast-gates": "{tag} for {environment} waits for {gates}.", "{tag} pour {environment} attend {gates}.";
    "forecast-gates-and-slot": "{tag} for {environment} waits for {gates}; the next slot opens {slot_at}.",
        "{tag} pour {environment} attend {gates} ; le prochain créneau s’ouvre le {slot_at}.";
};
