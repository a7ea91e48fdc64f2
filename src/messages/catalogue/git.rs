//! What can go wrong between us and a repository, and between us and the daemon.

use super::texts;
use crate::messages::Text;

/// The messages of this group.
pub const TEXTS: &[Text] = texts! {
    "TW-G001": "the repository could not be read: {why}", "le dépôt n’a pas pu être lu : {why}",
        "look at the repository with: git fsck", "examinez le dépôt avec : git fsck";
    "TW-G002": "the repository uses something that cannot be read here: {why}",
        "le dépôt utilise quelque chose qui ne peut être lu ici : {why}",
        "a repository with plain refs can be judged; see what this one uses with: git config --get-regexp ^extensions",
        "un dépôt aux refs classiques peut être jugé ; voyez ce qu’utilise celui-ci avec : git config --get-regexp ^extensions";
    "TW-G003": "the program git could not be run: {why}", "le programme git n’a pas pu être lancé : {why}",
        "install it with: apt-get install git", "installez-le avec : apt-get install git";
    "TW-G004": "git took too long: {why}", "git a mis trop de temps : {why}",
        "it is tried again; look at the line to the forge", "nouvel essai à venir ; vérifiez la liaison avec la forge";
    "TW-G005": "git failed: {why}", "git a échoué : {why}",
        "it is tried again; look at the address and the token of the forge",
        "nouvel essai à venir ; vérifiez l’adresse et le jeton de la forge";
    "TW-G006": "the forge refused the push: {why}", "la forge a refusé le push : {why}",
        "let the daemon's account push tags", "autorisez le compte du démon à pousser des tags";
    "TW-G007": "the tag exists already and points elsewhere: {why}", "le tag existe déjà et pointe ailleurs : {why}",
        "look at it with: git ls-remote --tags origin", "examinez-le avec : git ls-remote --tags origin";
    "TW-G008": "a folder cannot be used: {why}", "un dossier est inutilisable : {why}",
        "give it to the daemon's account", "donnez-le au compte du démon";
    "TW-G009": "the repository holds something odd: {why}", "le dépôt contient quelque chose d’anormal : {why}",
        "look at the repository with: git fsck", "examinez le dépôt avec : git fsck";
    "TW-G010": "a file of the allowed signers cannot be read: {why}", "un fichier des signataires autorisés est illisible : {why}",
        "make it readable for the forge's account and the daemon's; the configuration names it in allowed_signers, revoked_signers or openpgp_home",
        "rendez-le lisible pour les comptes de la forge et du démon ; la configuration le nomme dans allowed_signers, revoked_signers ou openpgp_home";
    "TW-G011": "the program ssh-keygen could not be run: {why}", "le programme ssh-keygen n’a pas pu être lancé : {why}",
        "install it with: apt-get install openssh-client", "installez-le avec : apt-get install openssh-client";
    "TW-X001": "The daemon cannot be reached at {path}: {why}.", "Le démon est injoignable à {path} : {why}.",
        "start it with: systemctl start tagwarden", "démarrez-le avec : systemctl start tagwarden";
    "TW-X002": "The daemon did not answer: {why}.", "Le démon n’a pas répondu : {why}.",
        "look at it with: systemctl status tagwarden", "voyez : systemctl status tagwarden";
    "TW-X003": "The daemon's answer cannot be understood: {why}.", "La réponse du démon est incompréhensible : {why}.",
        "are command and daemon of the same version? compare: tagwarden --version",
        "commande et démon sont-ils de la même version ? comparez : tagwarden --version";
    "TW-X004": "You may not ask the daemon at {path}.", "Vous n’avez pas accès au démon à {path}.",
        "become a member of the group of that socket: ls -l {path}", "devenez membre du groupe de cette socket : ls -l {path}";
};
