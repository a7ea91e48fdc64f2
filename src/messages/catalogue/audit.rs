//! Messages of the audit: what is wrong with the record, and what vouches for it.

use super::texts;
use crate::messages::Text;

/// The messages of this group.
pub const TEXTS: &[Text] = texts! {
    "TW-A010": "The record is damaged, and nothing is deployed from it.",
        "Le registre est endommagé et rien n’est déployé à partir de lui.",
        "keep a copy of the state folder, look with: tagwarden audit verify, then put the last good backup back: tagwarden restore FILE --replace",
        "gardez une copie du dossier d’état, regardez avec : tagwarden audit verify, puis remettez la dernière bonne sauvegarde : tagwarden restore FICHIER --replace";
    "TW-A011": "Release {release} is listed as something that the journal does not tell, and nothing is deployed from that.",
        "La version {release} figure dans la liste autrement que dans le journal, et rien n’est déployé à partir de cela.",
        "keep a copy of the state folder; the journal is whole, so make the list anew from it: tagwarden audit rebuild",
        "gardez une copie du dossier d’état ; le journal est intact, refaites donc la liste à partir de lui : tagwarden audit rebuild";
    "TW-A012": "The key for checkpoints cannot be used: {path}: {why}.",
        "La clé des points de contrôle est inutilisable : {path} : {why}.",
        "put the file back from your backup; what it signed cannot be signed anew",
        "remettez le fichier depuis votre sauvegarde ; ce qu’elle a signé ne peut être signé à nouveau";
    "TW-A013": "The key for checkpoints in the configuration cannot be used: {why}.",
        "La clé des points de contrôle de la configuration est inutilisable : {why}.",
        "make one with: tagwarden audit key --new NAME", "créez-en une : tagwarden audit key --new NOM";
    "TW-A014": "`{typed}` is no key of checkpoints.", "`{typed}` n’est pas une clé de points de contrôle.",
        "write it as it is shown by: tagwarden audit key", "écrivez-la comme l’affiche : tagwarden audit key";
    "TW-A015": "{from} holds no checkpoints that can be read: {why}.",
        "{from} ne contient aucun point de contrôle lisible : {why}.",
        "hand over the whole text of a checkpoint, signature line included",
        "fournissez le texte entier d’un point de contrôle, ligne de signature comprise";
    "TW-A016": "No key for checkpoints is named in {path}.", "Aucune clé de points de contrôle n’est nommée dans {path}.",
        "it is made when the daemon starts: tagwarden serve", "elle est créée au démarrage du démon : tagwarden serve";
    "TW-A017": "`{typed}` cannot be the name of a key.", "`{typed}` ne peut pas être le nom d’une clé.",
        "take something like release.example.org/journal: ASCII, without blanks and plus signs",
        "prenez par exemple release.example.org/journal : de l’ASCII, sans espaces ni signes plus";
    "TW-C095": "this says of no place where checkpoints go", "ceci ne nomme aucun endroit où vont les points de contrôle",
        "name a repository, or a channel with notify", "nommez un dépôt, ou un canal avec notify";
    "TW-C096": "there is no channel `{value}`", "il n'y a pas de canal `{value}`",
        "did you mean: {near}", "vouliez-vous dire : {near}";
    "TW-C097": "there is no channel `{value}`", "il n'y a pas de canal `{value}`",
        "define it: [[notify]] with kind and url", "définissez-le : [[notify]] avec kind et url";
    "TW-A030": "Entry {found} stands where entry {expected} belongs.",
        "L’entrée {found} se trouve à la place de l’entrée {expected}.";
    "TW-A031": "Entry {entry} does not continue the entry before it.",
        "L’entrée {entry} ne suit pas celle qui la précède.";
    "TW-A032": "Entry {entry} was changed after it was written.",
        "L’entrée {entry} a été modifiée après son écriture.";
    "TW-A033": "Entry {entry} cannot be read ({why}).",
        "L’entrée {entry} est illisible ({why}).";
    "TW-A034": "Entry {entry} is filed under another release, time or kind than it tells.",
        "L’entrée {entry} est rangée sous une autre version, heure ou nature que ce qu’elle dit.";
    "TW-A036": "Something from entry {from} to entry {size} was written anew, since checkpoint {checkpoint} of {counted_at} vouches for other entries.",
        "Quelque chose entre les entrées {from} et {size} a été réécrit, car le point de contrôle {checkpoint} ({counted_at}) atteste d’autres entrées.";
    "TW-A035": "Something from entry {from} to entry {size} was written anew, since checkpoint {checkpoint} of {counted_at}, kept outside, vouches for other entries.",
        "Quelque chose entre les entrées {from} et {size} a été réécrit, car le point de contrôle {checkpoint} ({counted_at}), gardé ailleurs, atteste d’autres entrées.";
    "TW-A038": "Everything after entry {last} was cut off, since checkpoint {checkpoint} of {counted_at} counts {size} entries.",
        "Tout ce qui suit l’entrée {last} a été coupé, car le point de contrôle {checkpoint} ({counted_at}) compte {size} entrées.";
    "TW-A037": "Everything after entry {last} was cut off, or an older copy was put back, since checkpoint {checkpoint} of {counted_at}, kept outside, counts {size} entries.",
        "Tout ce qui suit l’entrée {last} a été coupé, ou une copie plus ancienne a été remise, car le point de contrôle {checkpoint} ({counted_at}), gardé ailleurs, compte {size} entrées.";
    "TW-A039": "The checkpoint that was signed with entry {entry} is gone.",
        "Le point de contrôle signé avec l’entrée {entry} a disparu.";
    "TW-A040": "Checkpoint {checkpoint} is missing.",
        "Le point de contrôle {checkpoint} manque.";
    "TW-A041": "Checkpoint {checkpoint} was changed after it was written.",
        "Le point de contrôle {checkpoint} a été modifié après son écriture.";
    "TW-A042": "Checkpoint {checkpoint} is not signed by the key that was in use.",
        "Le point de contrôle {checkpoint} n’est pas signé par la clé alors en service.";
    "TW-A043": "Checkpoint {checkpoint}, kept outside, is not signed by the key that this journal names.",
        "Le point de contrôle {checkpoint}, gardé ailleurs, n’est pas signé par la clé que nomme ce journal.";
    "audit-told": "The journal has {size} entries; its checkpoint {checkpoint} is attached.",
        "Le journal compte {size} entrées ; son point de contrôle {checkpoint} est joint.";
    "audit-commit": "Checkpoint {checkpoint}: {size} entries", "Point de contrôle {checkpoint} : {size} entrées";
    "term-journal-vouched": "{checkpoints} checkpoints vouch for the first {covered} entries, signed by {key}",
        "{checkpoints} points de contrôle attestent les {covered} premières entrées, signés par {key}";
    "term-journal-unvouched": "No checkpoint vouches for it.", "Aucun point de contrôle ne l’atteste.";
    "term-journal-outside": "It holds everything that {count} checkpoints kept outside vouch for, the newest for {size} entries.",
        "Il contient tout ce qu’attestent {count} points de contrôle gardés ailleurs, le plus récent {size} entrées.";
    "term-rebuilt": "The list of releases was made anew from the journal: {count} of them differed.",
        "La liste des versions a été refaite à partir du journal : {count} étaient différentes.",
        "start the daemon: systemctl start tagwarden", "démarrez le démon : systemctl start tagwarden";
    "house-rebuilt": "The list of releases was made anew from the journal.",
        "La liste des versions a été refaite à partir du journal.";
};
