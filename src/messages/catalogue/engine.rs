//! What the engine tells: people's rights, the forecast of a push, events in words, and what is in the way.

use super::texts;
use crate::messages::Text;

/// The messages of this group.
pub const TEXTS: &[Text] = texts! {
    "TW-E001": "Release {release} is {phase}, so that is not possible any more.",
        "La version {release} est en phase {phase} : ce n’est plus possible.",
        "look at it with: tagwarden show {release}", "voyez : tagwarden show {release}";
    "TW-E002": "There is no release {release}.", "Il n’y a pas de version {release}.",
        "list them with: tagwarden status", "listez-les avec : tagwarden status";
    "TW-E003": "the forge does not know the repository {repository}, or the token may not see it",
        "la forge ne connaît pas le dépôt {repository}, ou le jeton n’y a pas accès",
        "look at its name, and at the token's rights on the forge", "vérifiez son nom et les droits du jeton sur la forge";
    "TW-E004": "a piece of work ended abnormally: {why}", "un travail s’est terminé anormalement : {why}",
        "look at the log with: journalctl -u tagwarden", "voyez le journal : journalctl -u tagwarden";
    "TW-E005": "{release} means several releases: {meanings}.", "{release} désigne plusieurs versions : {meanings}.",
        "name the number, or OWNER/NAME@TAG#ENVIRONMENT", "indiquez le numéro, ou PROPRIÉTAIRE/NOM@TAG#ENVIRONNEMENT";
    "TW-E006": "{release} may go to several places: {meanings}.", "{release} peut aller à plusieurs endroits : {meanings}.",
        "name one of them", "indiquez l’un d’eux";
    "TW-E010": "{tag} was moved: it pointed at {before}", "{tag} a été déplacé : il pointait vers {before}",
        "a release tag never moves; release the next version", "un tag de version ne bouge jamais ; publiez la version suivante";
    "TW-E020": "{tag} of {repository} was refused outside a push: {why}",
        "{tag} de {repository} a été refusé hors d’un push : {why}",
        "push the tag with git to be told at once what repairs it", "poussez le tag avec git pour savoir aussitôt quoi corriger";
    "TW-E011": "{tag} was deleted from the forge", "{tag} a été supprimé de la forge",
        "push it again, or release the next version", "poussez-le de nouveau, ou publiez la version suivante";
    "TW-E012": "{tag} asks nothing of {environment}: {version} does not run there, or the tag's commit never did.",
        "{tag} ne demande rien à {environment} : {version} n’y tourne pas, ou le commit du tag n’y a jamais tourné.",
        "take back what runs with: tagwarden rollback RELEASE", "reprenez ce qui tourne : tagwarden rollback VERSION";
    "TW-E013": "{tag} was taken back by {by}.", "{tag} a été repris par {by}.",
        "release the next version", "publiez la version suivante";
    "TW-E014": "The way back of {tag} cannot begin: {why}.", "Le retour en arrière de {tag} ne peut pas commencer : {why}.",
        "mend the host; it is tried again every few seconds", "réparez l’hôte ; un nouvel essai a lieu toutes les quelques secondes";
    "TW-P001": "{who} may not do that on {environment}; these may: {may}.", "{who} n’a pas ce droit sur {environment} ; l’ont : {may}.",
        "ask one of them, or change the configuration", "demandez à l’une de ces personnes, ou changez la configuration";
    "TW-P002": "{tag} is not what you were shown; nothing was approved.", "{tag} n’est plus ce qui vous a été montré ; rien n’a été approuvé.",
        "look at it again, then approve", "regardez-le de nouveau, puis approuvez";
    "TW-P003": "Nobody approves their own tag for {environment}.", "Personne n’approuve son propre tag pour {environment}.",
        "ask another approver", "demandez à un autre approbateur";
    "TW-P004": "{environment} is not configured any more.", "{environment} n’est plus configuré.",
        "look at the configuration with: tagwarden config show", "voyez la configuration : tagwarden config show";
    "right-remembered": "The forge could not be asked; {who} counted as a member of {team}, as seen {seen_at}.",
        "La forge n’a pas pu être interrogée ; {who} a compté comme membre de {team}, comme vu {seen_at}.";
    "TW-P005": "Nothing holds {scope}.", "Rien ne retient {scope}.",
        "list what is held with: tagwarden status", "listez ce qui est retenu : tagwarden status";
    "TW-P006": "There is no environment {scope}.", "Il n’y a pas d’environnement {scope}.",
        "write it as OWNER/NAME#ENVIRONMENT; the environments stand in: tagwarden config show",
        "écrivez PROPRIÉTAIRE/NOM#ENVIRONNEMENT ; les environnements figurent dans : tagwarden config show";
    "TW-P007": "{tag} does not run on {environment} any more; {running} does.", "{tag} ne tourne plus sur {environment} ; c’est {running} qui tourne.",
        "take that back first with: tagwarden rollback {running}", "reprenez d’abord celle-là : tagwarden rollback {running}";
    "TW-P008": "{tag} is a way back itself and is not taken back.", "{tag} est lui-même un retour en arrière et ne se reprend pas.",
        "go forward with the next release, or back with a tag for what runs: tagwarden tag --rollback",
        "avancez avec la version suivante, ou reculez avec un tag pour ce qui tourne : tagwarden tag --rollback";
    "TW-P010": "Only root and the daemon's own account may do that.", "Seuls root et le compte du démon peuvent faire cela.",
        "run it as the daemon's account: sudo -u tagwarden tagwarden token …", "lancez-la avec le compte du démon : sudo -u tagwarden tagwarden token …";
    "TW-P011": "That needs a personal token.", "Cela demande un jeton personnel.",
        "put yours into TAGWARDEN_TOKEN or ~/.config/tagwarden/token; one is made with: tagwarden token new NAME",
        "mettez le vôtre dans TAGWARDEN_TOKEN ou ~/.config/tagwarden/token ; il se crée avec : tagwarden token new NOM";
    "TW-P012": "The token is not known, or was revoked.", "Le jeton est inconnu ou révoqué.",
        "make another with: tagwarden token new NAME", "créez-en un autre avec : tagwarden token new NOM";
    "TW-P013": "That is no login: {why}.", "Ce n’est pas un identifiant : {why}.",
        "name the person as the forge does", "nommez la personne comme la forge";
    "TW-P014": "{name} has no token that counts.", "{name} n’a aucun jeton valable.",
        "list them with: tagwarden token list", "listez-les avec : tagwarden token list";
    "TW-P020": "{tag} was superseded by {by}; nothing more can be asked of it.", "{tag} a été remplacé par {by} ; rien ne peut plus lui être demandé.",
        "look at that one with: tagwarden show {by}", "voyez celle-là : tagwarden show {by}";
    "TW-P021": "{environment} has no checklist.", "{environment} n’a pas de liste de contrôle.",
        "write one under [repository.environment.gates.signoff]", "écrivez-en une sous [repository.environment.gates.signoff]";
    "TW-P022": "There is no item {item} on the checklist; there are: {items}.", "Il n’y a pas de point {item} sur la liste ; il y a : {items}.",
        "name one of them", "nommez l’un d’eux";
    "TW-P023": "Not signed: these items are open or faulty: {items}.", "Non signé : ces points sont ouverts ou défaillants : {items}.",
        "try them, then: tagwarden signoff {release} --item ITEM", "essayez-les, puis : tagwarden signoff {release} --item POINT";
    "TW-P024": "Say what is faulty with {item}.", "Dites ce qui ne va pas avec {item}.",
        "add a note, or the link of an issue", "ajoutez une note, ou le lien d’un ticket";
    "TW-P025": "There is no gate {gate} here; there are: {gates}.", "Il n’y a pas de condition {gate} ici ; il y a : {gates}.",
        "name one of them", "nommez l’une d’elles";
    "TW-P026": "Nobody lets a release pass {gate}; the same holds for {never}.", "Personne ne laisse passer {gate} ; de même pour {never}.",
        "a hold is lifted and an approval is given; the others must be mended", "un arrêt se lève et une approbation se donne ; le reste se répare";
    "TW-P027": "{gate} is open; there is nothing to pass.", "{gate} est ouverte ; il n’y a rien à passer.",
        "to try the way, add: --drill", "pour essayer la procédure, ajoutez : --drill";
    "TW-P028": "An override lasts {most_for} at most.", "Une dérogation dure {most_for} au plus.",
        "ask for less, and anew when it is over", "demandez moins, puis de nouveau après";
    "TW-P029": "An override is a person's act; a token alone does not do it.", "Une dérogation est un acte humain ; un jeton seul ne suffit pas.",
        "do it on the release's page, at the terminal, or with a comment in its issue",
        "faites-le sur la page de la version, au terminal, ou par un commentaire dans son ticket";
    "TW-P030": "Nobody confirms their own override of {gate}.", "Personne ne confirme sa propre dérogation à {gate}.",
        "ask another release manager or approver", "demandez à un autre responsable ou approbateur";
    "TW-P031": "Nobody has asked for an override of {gate} that could be confirmed now.", "Personne n’a demandé de dérogation à {gate} à confirmer maintenant.",
        "ask for one with: tagwarden override RELEASE {gate} --reason \"…\" --for 2h", "demandez-en une : tagwarden override VERSION {gate} --reason \"…\" --for 2h";
    "TW-P032": "{by} has confirmed the override of {gate} already.", "{by} a déjà confirmé la dérogation à {gate}.",
        "see it on the release's page, or with: tagwarden show RELEASE", "voyez-la sur la page de la version, ou : tagwarden show VERSION";
    "TW-P033": "{by}, who asked for the override of {gate}, may not ask for one any more.", "{by}, qui a demandé la dérogation à {gate}, n’en a plus le droit.",
        "ask for it anew yourself, and let another person confirm it", "demandez-la vous-même, et faites-la confirmer par une autre personne";
    "TW-P034": "There is no override of {gate} to take back.", "Il n’y a pas de dérogation à {gate} à annuler.",
        "see what there is with: tagwarden show RELEASE", "voyez ce qu’il y a : tagwarden show VERSION";
    "TW-P035": "A drill would end the override of {gate} that people have asked for.", "Un exercice mettrait fin à la dérogation à {gate} qui a été demandée.",
        "drill on another release, or take the override back first", "exercez-vous sur une autre version, ou annulez d’abord la dérogation";
    "TW-P040": "what would run is not known yet: not every image stands in its registry ({gate})",
        "ce qui tournerait n’est pas encore connu : toutes les images ne sont pas dans leur registre ({gate})",
        "approve once the gate is good", "approuvez lorsque la condition est remplie";
    "TW-P036": "Release {release} changes too fast to be judged now; nothing was done.", "La version {release} change trop vite pour être jugée ; rien n’a été fait.",
        "try again", "réessayez";
    "TW-P037": "The override of {gate} that waits now is not the one that you saw; nothing was confirmed.", "La dérogation à {gate} qui attend n’est pas celle que vous avez vue ; rien n’a été confirmé.",
        "look at it again, then confirm that one", "regardez-la de nouveau, puis confirmez celle-là";
    "TW-P038": "A drill of {gate} waits for its second person; an override does not silently take its place.", "Un exercice sur {gate} attend sa seconde personne ; une dérogation ne le remplace pas en silence.",
        "end the drill first: tagwarden override RELEASE {gate} --end", "mettez d’abord fin à l’exercice : tagwarden override VERSION {gate} --end";
    "TW-X010": "The request cannot be understood: {why}.", "La demande est incompréhensible : {why}.",
        "are command and daemon of the same version? compare: tagwarden --version",
        "commande et démon sont-ils de la même version ? comparez : tagwarden --version";
    "TW-X011": "The request speaks version {theirs}, the daemon version {ours}.", "La demande parle la version {theirs}, le démon la version {ours}.",
        "install the same version of both", "installez la même version des deux";
    "TW-X012": "The daemon does not know the command {verb}.", "Le démon ne connaît pas la commande {verb}.",
        "install the same version of both", "installez la même version des deux";
    "TW-X013": "Too many follow a log already (at most {most}).", "Trop de personnes suivent déjà un journal ({most} au plus).",
        "try again in a moment, or look on the pages", "réessayez dans un instant, ou regardez les pages";
    "TW-X014": "The request is longer than {largest} MiB.", "La demande dépasse {largest} Mio.";
    "TW-X015": "A reason is needed.", "Il faut une raison.",
        "add it with: --reason \"…\"", "ajoutez-la avec : --reason \"…\"";
    "TW-X016": "The reason is longer than {most} characters.", "La raison dépasse {most} caractères.",
        "shorten it, and name an issue", "raccourcissez-la, et citez un ticket";
    "TW-X017": "That instant is over.", "Cet instant est passé.",
        "name a later one, or leave --until out", "indiquez un instant à venir, ou omettez --until";
    "TW-X019": "`{value}` is no length of time.", "`{value}` n’est pas une durée.",
        "write it as 45m or 2h: --for 2h", "écrivez 45m ou 2h : --for 2h";
    "TW-U020": "Another daemon works on the state folder {path}.", "Un autre démon travaille sur le dossier d’état {path}.",
        "look for it with: systemctl status tagwarden", "cherchez-le avec : systemctl status tagwarden";
    "TW-U021": "{path} cannot be used: {why}.", "{path} est inutilisable : {why}.",
        "give it to the daemon's account", "donnez-le au compte du démon";
    "TW-U022": "The store failed; what was answered before is safe.", "Le stockage a échoué ; ce qui a été confirmé est sauf.",
        "look at the disk with: df -h", "vérifiez le disque : df -h";
    "TW-U023": "Outgoing requests are not possible: {why}.", "Les requêtes sortantes sont impossibles : {why}.",
        "are the system's certificates installed? apt-get install ca-certificates",
        "les certificats du système sont-ils installés ? apt-get install ca-certificates";
    "TW-U024": "An address cannot be listened on: {why}.", "Écoute impossible sur une adresse : {why}.",
        "is another program using it? look with: ss -ltnp", "un autre programme l’utilise-t-il ? voyez : ss -ltnp";
    "TW-U025": "The control socket {path} cannot be made: {why}.", "La socket de contrôle {path} ne peut être créée : {why}.",
        "look at [server] control_socket", "vérifiez [server] control_socket";
    "TW-U026": "The operating system does not let the daemon start: {why}.", "Le système ne laisse pas démarrer le démon : {why}.",
        "look at the limits of the account with: ulimit -a", "vérifiez les limites du compte : ulimit -a";
    "TW-U027": "A part of the daemon ended by itself; starting again is safe.",
        "Une partie du démon s’est arrêtée d’elle-même ; un redémarrage est sans danger.",
        "please report what stands before this in: journalctl -u tagwarden", "signalez ce qui précède dans : journalctl -u tagwarden";
    "forecast-at-once": "{tag} goes to {environment} as soon as the daemon has seen it.", "{tag} part vers {environment} dès que le démon l’a vu.";
    "forecast-rollback": "{environment} goes back as {tag} says, at once.", "{environment} revient en arrière comme le dit {tag}, immédiatement.";
    "forecast-prerelease": "{tag} is a pre-release and does not go to {environment}.", "{tag} est une préversion et ne va pas sur {environment}.";
    "forecast-nowhere": "{tag} is judged only; no environment is configured.", "{tag} est seulement jugé ; aucun environnement n’est configuré.";
    "forecast-approval-and-slot": "{tag} for {environment} waits for approval by {who} and for the slot that opens {slot_at}.",
        "{tag} pour {environment} attend l’approbation de {who} et le créneau : {slot_at}.";
    "delivery-unguarded": "Ignored: {repository} is not guarded here.", "Ignoré : {repository} n’est pas gardé ici.";
    "delivery-again": "Known already: the same was delivered {times} times.", "Déjà connu : livré {times} fois.";
    "delivery-nothing-new": "nothing new", "rien de nouveau";
    "delivery-opened": "a release was opened", "une version a été ouverte";
    "event-opened": "{tag} ({commit}) arrived for {environment}.", "{tag} ({commit}) est arrivé pour {environment}.";
    "event-pusher-named": "The forge says that {by} pushed the tag.", "La forge indique que {by} a poussé le tag.";
    "event-refused": "The tag breaks the rules {ids}.", "Le tag enfreint les règles {ids}.";
    "event-asked": "Every gate is good.", "Toutes les conditions sont remplies.";
    "event-approved": "{by} approved.", "{by} a approuvé.";
    "event-denied": "{by} denied: {reason}", "{by} a rejeté : {reason}";
    "event-withdrawn": "{by} withdrew it: {reason}", "{by} l’a retiré : {reason}";
    "event-superseded": "{by} contains it and takes its place.", "{by} le contient et prend sa place.";
    "event-held": "{by} holds it: {reason}", "{by} le retient : {reason}";
    "event-lifted": "{by} lets it go on.", "{by} le laisse continuer.";
    "event-started": "Every gate was good; the deployment of {count} steps begins.", "Toutes les conditions sont remplies ; le déploiement en {count} étapes commence.";
    "event-step-started": "{step} on {host} begins.", "{step} sur {host} commence.";
    "event-step-ended": "{step} on {host} is done.", "{step} sur {host} est terminé.";
    "event-step-failed": "{step} on {host} failed.", "{step} sur {host} a échoué.";
    "event-deploy-proven": "The deployment is proven; the smoke tests begin.", "Le déploiement est vérifié ; les tests rapides commencent.";
    "event-watch-started": "The smoke tests passed; the watch lasts until {until_at}.", "Les tests rapides ont réussi ; la surveillance dure jusqu’au {until_at}.";
    "event-looked": "Looked: {looks}", "Observé : {looks}";
    "event-watch-extended": "Too little was seen; the watch goes on until {until_at}.", "Trop peu d’observations ; la surveillance continue jusqu’au {until_at}.";
    "event-watch-restarted": "The clock was set back; the watch begins anew and lasts until {until_at}.", "L’horloge a été retardée ; la surveillance recommence et dure jusqu’au {until_at}.";
    "event-watch-passed": "The watch is over. Not proven: {signals}", "La surveillance est terminée. Non prouvé : {signals}";
    "event-watch-empty": "The watch is over; there was no signal to look at.", "La surveillance est terminée ; il n’y avait aucun signal à observer.";
    "event-watch-proven": "The watch is over; it saw nothing wrong.", "La surveillance est terminée ; elle n’a rien trouvé d’anormal.";
    "event-completed": "The release is complete.", "La version est complète.";
    "event-rollback-asked": "{by} asked for the way back: {reason}", "{by} a demandé le retour en arrière : {reason}";
    "event-rolled-back": "What ran before runs again, and that was verified.", "La version précédente tourne à nouveau, et cela a été vérifié.";
    "event-rollback-tag-seen": "The forge has {tag}.", "La forge a {tag}.";
    "event-led-out": "{by} led it out: {reason}", "{by} l’a débloqué : {reason}";
};
