//! What the hook says besides the rules, and what becomes of its installation.

use super::texts;
use crate::messages::Text;

/// The messages of this group.
pub const TEXTS: &[Text] = texts! {
    "TW-H001": "the push cannot be judged: {path} on the forge's machine cannot be used (problems: {count}).",
        "le push ne peut être jugé : {path} sur la machine de la forge est inutilisable (problèmes : {count}).",
        "ask the administrator to run there: tagwarden config check --without-secrets --config {path}",
        "demandez à l’administrateur d’y lancer : tagwarden config check --without-secrets --config {path}";
    "TW-H002": "the push cannot be judged: it names too many refs.", "le push ne peut être jugé : il nomme trop de refs.",
        "push in smaller parts: git push origin BRANCH TAG", "poussez en plusieurs fois : git push origin BRANCHE TAG";
    "TW-H003": "the push cannot be judged: its refs could not be read ({why}).", "le push ne peut être jugé : ses refs n’ont pas pu être lues ({why}).",
        "push again; look at the forge's machine when it stays so", "recommencez ; si cela persiste, examinez la machine de la forge";
    "TW-H004": "the push cannot be judged within {seconds} s.", "le push n’a pas pu être jugé en {seconds} s.",
        "push again; look at the load of the forge's machine when it stays so",
        "recommencez ; si cela persiste, examinez la charge de la machine de la forge";
    "TW-H005": "a ref name of the push holds characters that no ref may have (rule name).",
        "un nom de ref du push contient des caractères interdits (règle name).",
        "look at the names with: git for-each-ref", "vérifiez les noms avec : git for-each-ref";
    "TW-H010": "`{path}` is neither a repository nor the home folder of the forge's git", "`{path}` n’est ni un dépôt ni le dossier home du git de la forge",
        "name a bare repository, or with --all the folder that [git] HOME_PATH names",
        "indiquez un dépôt nu, ou avec --all le dossier que [git] HOME_PATH désigne";
    "TW-H011": "`{path}` cannot be written: {why}", "`{path}` ne peut être écrit : {why}",
        "run as the forge's user or as root", "lancez la commande avec le compte de la forge ou root";
    "TW-H012": "the hook in `{path}` does not guard: {why}", "le hook dans `{path}` ne protège pas : {why}",
        "install it with: tagwarden hook install {named}", "installez-le avec : tagwarden hook install {named}";
    "TW-H013": "`{path}` is somebody else's hook", "`{path}` est le hook de quelqu’un d’autre",
        "move it away, or call ours from it as hooks/reference-transaction of the project does",
        "déplacez-le, ou appelez le nôtre depuis celui-ci comme le fait hooks/reference-transaction du projet";
    "TW-H014": "`{path}` cannot be run there although it was made executable",
        "`{path}` ne peut pas y être exécuté bien que rendu exécutable",
        "look whether the file system is mounted with noexec", "vérifiez si le système de fichiers est monté avec noexec";
    "TW-H015": "the forge could not be asked: {why}", "la forge n’a pas pu être interrogée : {why}",
        "try again", "réessayez";
    "TW-H016": "no repository is named", "aucun dépôt n’est indiqué",
        "name a bare repository, or a folder with --all", "indiquez un dépôt nu, ou un dossier avec --all";
    "TW-H017": "the hook cannot use {config} ({count} problems), so every tag would be refused",
        "le hook ne peut utiliser {config} ({count} problèmes) ; tout tag serait refusé",
        "look, with the forge's account, at: tagwarden config check", "avec le compte de la forge, voyez : tagwarden config check";
    "TW-H018": "{config} does not list {repository}, so the hook lets each of its tags pass",
        "{config} ne mentionne pas {repository} ; le hook laisse donc passer tous ses tags",
        "add a [[repository]] of this name, and look with: tagwarden config check",
        "ajoutez un [[repository]] de ce nom, puis voyez : tagwarden config check";
    "hook-only-pushes": "{path} guards pushes only: from Forgejo v16 on tags by page or API are judged by the central hook alone (--all).",
        "{path} ne protège que les pushs : dès Forgejo v16, seul le hook central (--all) juge les tags faits par page ou API.";
    "hook-protected": "{pattern} of {repository} is protected now: only {who} may make, move or delete such tags.",
        "{pattern} de {repository} est désormais protégé : seuls {who} peuvent créer, déplacer ou supprimer ces tags.";
    "hook-protected-already": "{pattern} of {repository} was protected already, and its rule was left as it is.",
        "{pattern} de {repository} était déjà protégé ; sa règle n’a pas été touchée.";
    "hook-accepted": "{names} accepted.", "{names} accepté.";
    "hook-more": "and {count} more.", "et {count} autres.";
    "hook-daemon-untold": "the daemon does not answer; this refusal stands in no journal.",
        "le démon ne répond pas ; ce refus ne figure dans aucun journal.";
    "hook-fine": "these were fine, but a push is taken whole or not at all: {names}",
        "ceux-ci étaient corrects, mais un push est pris en entier ou pas du tout : {names}";
    "hook-follow": "follow it at {link}", "à suivre sur {link}";
    "hook-daemon-away": "the daemon does not answer; it will pick the tag up by itself when it is back.",
        "le démon ne répond pas ; il prendra le tag en charge de lui-même à son retour.";
    "hook-installed": "{path} is in place and can be run.", "{path} est en place et exécutable.";
    "hook-guards": "{path} guards: a bad tag was refused and a branch passed.",
        "{path} protège : un mauvais tag a été refusé et une branche est passée.";
};
