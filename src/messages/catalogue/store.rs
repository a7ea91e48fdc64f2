//! Messages of the store: why something could not be kept or found.

use super::texts;
use crate::messages::Text;

/// The messages of this group.
pub const TEXTS: &[Text] = texts! {
    "TW-S001": "The database could not be used.",
        "La base de données n'a pas pu être utilisée.",
        "See what the daemon wrote: journalctl -u tagwarden",
        "Voir ce que le service a écrit : journalctl -u tagwarden";
    "TW-S002": "The database could not be written to disk; nothing more is accepted until it can.",
        "La base de données n'a pas pu être écrite sur le disque ; plus rien n'est accepté tant que c'est le cas.",
        "Look for room and for a read-only disk, then: systemctl restart tagwarden",
        "Vérifier la place et que le disque n'est pas en lecture seule, puis : systemctl restart tagwarden";
    "TW-S003": "The database is closed, since the daemon is stopping.",
        "La base de données est fermée, car le service s'arrête.";
    "TW-S004": "The SQLite that this program was built with can lose what it confirmed; the program does not start with it.",
        "La version de SQLite liée à ce programme peut perdre ce qu'elle a confirmé ; le programme ne démarre pas avec elle.",
        "Build it with the SQLite that comes with it, 3.51.3 or later.",
        "Le compiler avec la version de SQLite qui l'accompagne, 3.51.3 ou plus récente.";
    "TW-S005": "The database was written by a newer version of this program.",
        "La base de données a été écrite par une version plus récente de ce programme.",
        "Start the newer version, or restore a copy from before the upgrade.",
        "Démarrer la version plus récente, ou restaurer une copie d'avant la mise à jour.";
    "TW-S006": "The database holds something that this program cannot have written.",
        "La base de données contient quelque chose que ce programme n'a pas pu écrire.",
        "Stop the daemon, keep a copy of the file, and restore the last good one.",
        "Arrêter le service, garder une copie du fichier, puis restaurer la dernière bonne copie.";
    "TW-S007": "The file exists already and is not overwritten.",
        "Le fichier existe déjà et n'est pas écrasé.",
        "Name another file.",
        "Indiquer un autre fichier.";
    "TW-S008": "The state folder could not be used.",
        "Le dossier d'état n'a pas pu être utilisé.",
        "It must belong to the daemon's account: ls -ld /var/lib/tagwarden",
        "Il doit appartenir au compte du service : ls -ld /var/lib/tagwarden";
};
