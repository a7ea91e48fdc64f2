//! Messages of the store: why something could not be kept or found.

use super::texts;
use crate::messages::Text;

/// The messages of this group.
pub const TEXTS: &[Text] = texts! {
    "TW-S001": "the database could not be used: {why}", "la base de données est inutilisable : {why}",
        "look at the disk with: df -h", "vérifiez le disque : df -h";
    "TW-S002": "the database could not be written to disk: {why}", "la base de données n’a pas pu être écrite : {why}",
        "the daemon starts again by itself; look at the disk with: df -h", "le démon redémarre de lui-même ; vérifiez le disque : df -h";
    "TW-S003": "the database is closed: {why}", "la base de données est fermée : {why}",
        "the daemon is stopping; try again in a moment", "le démon s’arrête ; réessayez dans un instant";
    "TW-S004": "the database library can lose commits: {why}", "la bibliothèque de base de données peut perdre des écritures : {why}",
        "use a program built with its own SQLite", "utilisez un programme construit avec son propre SQLite";
    "TW-S005": "the database is of a newer version: {why}", "la base de données vient d’une version plus récente : {why}",
        "install the newer tagwarden again", "réinstallez la version plus récente de tagwarden";
    "TW-S006": "the database holds something unreadable: {why}", "la base de données contient quelque chose d’illisible : {why}",
        "verify the journal with: tagwarden audit verify", "vérifiez le journal : tagwarden audit verify";
    "TW-S007": "the file exists already: {why}", "le fichier existe déjà : {why}",
        "name another one", "choisissez un autre nom";
    "TW-S008": "the state folder could not be used: {why}", "le dossier d’état est inutilisable : {why}",
        "give it to the daemon's account", "donnez-le au compte du démon";
};
