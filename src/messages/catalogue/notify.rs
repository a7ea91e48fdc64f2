//! Messages of the group `notify`: words around announcements, and what goes wrong with a channel.

use super::texts;
use crate::messages::Text;

/// The messages of this group.
pub const TEXTS: &[Text] = texts! {
    "announce-open": "Open", "Ouvrir";
    "chat-again":
        "This may be the second time: tagwarden does not know whether the first message arrived.",
        "C’est peut-être la seconde fois : tagwarden ne sait pas si le premier message est arrivé.";
    "TW-N001":
        "Channel {channel} cannot be reached.",
        "Le canal {channel} est injoignable.",
        "it is tried again by itself; check the network of this machine",
        "un nouvel essai est fait automatiquement ; vérifiez le réseau de cette machine";
    "TW-N002":
        "Channel {channel} did not finish its answer, so nobody knows whether the message arrived.",
        "Le canal {channel} n’a pas terminé sa réponse : nul ne sait si le message est arrivé.";
    "TW-N003":
        "Channel {channel} takes no messages just now: status {status}.",
        "Le canal {channel} n’accepte pas de message pour l’instant : statut {status}.",
        "it is tried again by itself",
        "un nouvel essai est fait automatiquement";
    "TW-N004":
        "Channel {channel} refuses the message: status {status}, “{answer}”.",
        "Le canal {channel} refuse le message : statut {status}, « {answer} ».",
        "make a new webhook in the chat and put its address into the configuration",
        "créez un nouveau webhook dans la messagerie et mettez son adresse dans la configuration";
    "TW-N005":
        "The address of channel {channel} cannot be used.",
        "L’adresse du canal {channel} est inutilisable.",
        "copy the webhook’s address from the chat again",
        "copiez à nouveau l’adresse du webhook depuis la messagerie";
};
