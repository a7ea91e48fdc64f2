//! Messages of the terminal (`TW-U…`).

use super::texts;
use crate::messages::Text;

/// The messages of this group.
pub const TEXTS: &[Text] = texts! {
    "TW-U001": "The answer could not be written: {why}.", "La réponse n'a pas pu être écrite : {why}.";
    "TW-U002": "There is no command `{typed}`.", "La commande `{typed}` n'existe pas.",
        "list the commands with: tagwarden --help", "pour voir les commandes : tagwarden --help";
    "TW-U003": "There is no command `{typed}`.", "La commande `{typed}` n'existe pas.",
        "did you mean: {near}", "vouliez-vous dire : {near}";
    "TW-U004": "The option `{typed}` is not known here.", "L'option `{typed}` n'existe pas ici.",
        "list the options with --help after the command", "pour voir les options, ajoutez --help après la commande";
    "TW-U005": "The option `{typed}` is not known here.", "L'option `{typed}` n'existe pas ici.",
        "did you mean: {near}", "vouliez-vous dire : {near}";
    "TW-U006": "`{value}` cannot be used for `{argument}`: {why}.",
        "`{value}` ne convient pas pour `{argument}` : {why}.";
    "TW-U007": "`{value}` cannot be used for `{argument}`.", "`{value}` ne convient pas pour `{argument}`.",
        "possible values: {valid}", "valeurs possibles : {valid}";
    "TW-U008": "`{argument}` needs a value.", "`{argument}` demande une valeur.";
    "TW-U009": "Something is missing: {argument}.", "Il manque quelque chose : {argument}.",
        "add --help after the command to see examples",
        "ajoutez --help après la commande pour voir des exemples";
    "TW-U010": "`{argument}` cannot be used together with `{other}`.",
        "`{argument}` ne peut pas être utilisé avec `{other}`.";
    "TW-U011": "A command is missing.", "Il manque une commande.",
        "list the commands with: tagwarden --help", "pour voir les commandes : tagwarden --help";
    "TW-U012": "The command line is not understood: {why}.", "La ligne de commande n'est pas comprise : {why}.",
        "add --help after the command to see examples",
        "ajoutez --help après la commande pour voir des exemples";
    "TW-U013": "There is no manual page for `{typed}`.", "Il n'y a pas de page de manuel pour `{typed}`.",
        "list the commands with: tagwarden --help", "pour voir les commandes : tagwarden --help";
    "TW-U014": "`{path}` could not be written: {why}.", "`{path}` n'a pas pu être écrit : {why}.";
    "terminal-written": "Wrote {path}.", "{path} est écrit.";
};
