//! Messages of the group `web`: refusals of the windows, and the words on the pages.

use super::texts;
use crate::messages::Text;

/// The messages of this group.
pub const TEXTS: &[Text] = texts! {
    "TW-W001": "The signature is missing or wrong.",
        "La signature manque ou n'est pas la bonne.",
        "use the same secret in the webhook's settings on the forge and in webhook_secrets",
        "mettez le même secret dans les réglages du webhook sur la forge et dans webhook_secrets";
    "TW-W002": "The request is too large: at most {limit} KiB are read.",
        "La requête est trop grande : {limit} Kio au plus sont lus.";
    "TW-W003": "The request did not arrive within {seconds} s.",
        "La requête n'est pas arrivée en {seconds} s.";
    "TW-W004": "The request cannot be read.",
        "La requête est illisible.";
    "TW-W005": "There is nothing at this address.",
        "Il n'y a rien à cette adresse.";
    "TW-W006": "This address does not answer to this method.",
        "Cette adresse ne répond pas à cette méthode.";
    "TW-W007": "A personal token is needed.",
        "Un jeton personnel est nécessaire.",
        "ask an administrator for one, made with: tagwarden token new NAME",
        "demandez-en un à un administrateur, créé par : tagwarden token new NOM";
    "TW-W008": "This token is not known.",
        "Ce jeton n'est pas connu.",
        "make a new one with: tagwarden token new NAME",
        "créez-en un nouveau avec : tagwarden token new NOM";
    "TW-W009": "The form is no longer valid; nothing was done.",
        "Le formulaire n'est plus valable ; rien n'a été fait.",
        "go back, reload the page and send it again",
        "revenez en arrière, rechargez la page et envoyez-le à nouveau";
    "TW-W010": "The form was sent from another site; nothing was done.",
        "Le formulaire vient d'un autre site ; rien n'a été fait.",
        "open the page under the address in public_url and send the form there",
        "ouvrez la page à l'adresse indiquée dans public_url et envoyez le formulaire de là";
    "TW-W011": "Something went wrong in tagwarden itself.",
        "Une erreur est survenue dans tagwarden même.",
        "look for the number of this request in the journal of the service",
        "cherchez le numéro de cette requête dans le journal du service";
    "TW-W012": "Too many tries failed from this address; try again in {seconds} s.",
        "Trop d'essais ont échoué depuis cette adresse ; réessayez dans {seconds} s.";
    "TW-W013": "`{name}` cannot be read: {why}.",
        "`{name}` est illisible : {why}.";
    "TW-W014": "`{name}` is missing.",
        "`{name}` manque.";
    "TW-W015": "Something else is being done under this idempotency key; nothing was done now.",
        "Autre chose est en cours avec cette clé d'idempotence ; rien n'a été fait cette fois.",
        "use a new key for each thing that you ask",
        "utilisez une nouvelle clé pour chaque demande";
    "TW-W016": "tagwarden is not a proxy.",
        "tagwarden n'est pas un mandataire.";
    "TW-W017": "The same request is still being worked on.",
        "La même requête est encore en cours de traitement.",
        "ask again in a moment, with the same key",
        "redemandez dans un instant, avec la même clé";
    "TW-W018": "The reason is too long: at most {limit} characters.",
        "Le motif est trop long : {limit} caractères au plus.";
    "TW-W019": "This sign-in form is too old, or the browser keeps no cookies.",
        "Ce formulaire de connexion est trop ancien, ou le navigateur refuse les cookies.",
        "allow cookies for this site and try again",
        "autorisez les cookies pour ce site et réessayez";

    "web-skip": "Skip to the content", "Aller au contenu";
    "web-footer": "tagwarden stands between a pushed tag and production.",
        "tagwarden veille entre un tag poussé et la production.";
    "web-language": "Language", "Langue";
    "web-sign-out": "Sign out", "Se déconnecter";
    "web-title-refused": "Not allowed", "Non autorisé";
    "web-title-not-found": "Not found", "Introuvable";
    "web-title-failed": "That did not work", "Cela n'a pas fonctionné";
    "web-back": "Back to the releases", "Retour aux versions";
};
