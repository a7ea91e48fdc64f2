//! What is wrong with a changelog, and what became of a wish to release.

use super::texts;
use crate::messages::Text;

/// The messages of this group.
pub const TEXTS: &[Text] = texts! {
    "TW-L001": "version {version} stands twice, first in line {first}", "la version {version} figure deux fois, d’abord ligne {first}",
        "merge the two sections into one", "fusionnez les deux sections";
    "TW-L002": "there is a second Unreleased section; the first is in line {first}",
        "il y a une seconde section Unreleased ; la première est ligne {first}",
        "merge the two sections into one", "fusionnez les deux sections";
    "TW-L003": "a conflict marker was left behind", "un marqueur de conflit est resté",
        "settle the conflict and remove the marker", "résolvez le conflit et retirez le marqueur";
    "TW-L004": "the date of {version} is no date", "la date de {version} n’en est pas une",
        "write it as 2026-11-24", "écrivez-la sous la forme 2026-11-24";
    "TW-L005": "`{heading}` looks like a version and is none", "`{heading}` ressemble à une version sans en être une",
        "write three numbers: ## [1.2.0] - 2026-11-24", "écrivez trois nombres : ## [1.2.0] - 2026-11-24";
    "TW-L006": "a no-break blank after `#` makes this line no heading", "une espace insécable après `#` empêche cette ligne d’être un titre",
        "replace it with a plain blank", "remplacez-la par une espace ordinaire";
    "TW-L007": "digits that are not 0 to 9 stand in a heading", "un titre contient des chiffres autres que 0 à 9",
        "write plain digits", "écrivez des chiffres ordinaires";
    "TW-L008": "a character turns the direction of the text around", "un caractère inverse le sens du texte",
        "remove it", "retirez-le";
    "TW-L009": "the file is not UTF-8", "le fichier n’est pas en UTF-8",
        "save it as UTF-8", "enregistrez-le en UTF-8";
    "TW-L010": "`{entry}` slipped into {version}, which is released already", "`{entry}` s’est glissé dans {version}, déjà publiée",
        "move it to Unreleased", "déplacez-le dans Unreleased";
    "TW-L011": "there is no Unreleased section", "il n’y a pas de section Unreleased",
        "add `## [Unreleased]` above the newest version", "ajoutez `## [Unreleased]` au-dessus de la version la plus récente";
    "TW-L012": "there is nothing in Unreleased to release", "Unreleased ne contient rien à publier",
        "write down what has changed first", "notez d’abord ce qui a changé";
    "TW-L013": "there is no section for {version}", "il n’y a pas de section pour {version}",
        "make it with: tagwarden changelog release {version}", "créez-la avec : tagwarden changelog release {version}";
    "TW-L014": "`{path}` cannot be read: {why}", "`{path}` est illisible : {why}",
        "name the file with --file FILE", "indiquez le fichier avec --file FICHIER";
    "TW-L015": "`{path}` cannot be written: {why}", "`{path}` ne peut être écrit : {why}",
        "nothing was changed; look at the folder's rights and at the disk", "rien n’a changé ; vérifiez les droits du dossier et le disque";
    "TW-L016": "`{value}` is no version", "`{value}` n’est pas une version",
        "write it as 1.2.0", "écrivez-la sous la forme 1.2.0";
    "TW-L017": "`{value}` is no date", "`{value}` n’est pas une date",
        "write it as 2026-11-24", "écrivez-la sous la forme 2026-11-24";
    "TW-L018": "the file is written, but git could not commit it: {why}", "le fichier est écrit, mais git n’a pas pu l’enregistrer : {why}",
        "commit it yourself, or run again after mending it", "faites le commit vous-même, ou recommencez après correction";
    "TW-L019": "the section of {version}, which is released, is gone", "la section de {version}, déjà publiée, a disparu",
        "copy it back from the last tag: git show TAG:CHANGELOG.md", "reprenez-la depuis le dernier tag : git show TAG:CHANGELOG.md";
    "TW-L020": "`{text}` was added to {version}, which is released already", "`{text}` a été ajouté à {version}, déjà publiée",
        "move it to Unreleased", "déplacez-le dans Unreleased";
    "TW-L021": "`{path}` has changed while it was rewritten", "`{path}` a changé pendant sa réécriture",
        "nothing was changed; run the same command again", "rien n’a changé ; relancez la même commande";
    "TW-L022": "what a release would make of this file could not be read back", "ce qu’une publication ferait de ce fichier ne pourrait être relu",
        "nothing was changed; write all versions as headings of one level, with an empty line above and below, and end each line with a line feed",
        "rien n’a changé ; écrivez toutes les versions comme titres d’un même niveau, entre deux lignes vides, et terminez chaque ligne par un saut de ligne";
    "changelog-good": "{path} is good: {count} versions.", "{path} est bon : {count} versions.";
    "changelog-problem": "line {line}: {what}", "ligne {line} : {what}";
    "changelog-released": "{path}: Unreleased is now {version}, dated {date}.", "{path} : Unreleased devient {version}, en date du {date}.";
    "changelog-committed": "Committed: {subject}", "Commit : {subject}";
    "changelog-already": "{version} has its section in line {line} already; nothing was changed.",
        "{version} a déjà sa section ligne {line} ; rien n’a changé.";
};
