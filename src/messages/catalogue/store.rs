//! Messages of the store: why something could not be kept or found.

use super::texts;
use crate::messages::Text;

/// The messages of this group.
pub const TEXTS: &[Text] = texts! {
    "TW-S001": "The database could not be used: {why}.", "La base de données n’a pas pu être utilisée : {why}.",
        "look at the disk with: df -h", "vérifiez le disque : df -h";
    "TW-S002": "The database could not be written to disk; nothing more is accepted until it can: {why}.",
        "La base de données n’a pas pu être écrite sur le disque ; plus rien n’est accepté d’ici là : {why}.",
        "look for room and for a read-only disk, then: systemctl restart tagwarden",
        "vérifiez la place et que le disque n’est pas en lecture seule, puis : systemctl restart tagwarden";
    "TW-S003": "The database is closed, since the daemon is stopping.",
        "La base de données est fermée, car le démon s’arrête.",
        "try again in a moment", "réessayez dans un instant";
    "TW-S004": "SQLite {version} can lose what it confirmed; the program does not start with it.",
        "SQLite {version} peut perdre ce qu’il a confirmé ; le programme ne démarre pas avec lui.",
        "build it with the SQLite that comes with it, 3.51.3 or later",
        "compilez-le avec la version de SQLite qui l’accompagne, 3.51.3 ou plus récente";
    "TW-S005": "The database was written by a newer version of this program (format {found}; known up to {known}).",
        "La base de données a été écrite par une version plus récente de ce programme (format {found} ; connus jusqu’à {known}).",
        "start the newer version, or restore a copy from before the upgrade",
        "démarrez la version plus récente, ou restaurez une copie d’avant la mise à jour";
    "TW-S006": "The database holds something that this program cannot have written: {why}.",
        "La base de données contient quelque chose que ce programme n’a pas pu écrire : {why}.",
        "find the place with: tagwarden audit verify", "trouvez l’endroit avec : tagwarden audit verify";
    "TW-S007": "{path} exists already and is not overwritten.",
        "{path} existe déjà et n’est pas écrasé.",
        "name another file", "indiquez un autre fichier";
    "TW-S008": "The state folder could not be used: {why}.", "Le dossier d’état n’a pas pu être utilisé : {why}.",
        "it must belong to the daemon's account: ls -ld /var/lib/tagwarden",
        "il doit appartenir au compte du démon : ls -ld /var/lib/tagwarden";
};
