//! Messages of the group `forge`: what deliveries are answered, and what goes wrong between us and Forgejo.

use super::texts;
use crate::messages::Text;

/// The messages of this group.
pub const TEXTS: &[Text] = texts! {
    "delivery-tag-noted":
        "Tag {tag} of {repository} was noted.",
        "L’étiquette {tag} de {repository} a été notée.";
    "delivery-deletion-noted":
        "The deletion of tag {tag} of {repository} was noted.",
        "La suppression de l’étiquette {tag} de {repository} a été notée.";
    "delivery-branch-ignored":
        "Ignored: branch {branch} is no tag.",
        "Ignoré : la branche {branch} n’est pas une étiquette.";
    "delivery-test":
        "The test delivery for {repository} arrived and its signature is right.",
        "L’envoi d’essai pour {repository} est arrivé et sa signature est correcte.";
    "delivery-comment-noted":
        "The comment in issue {issue} of {repository} was noted.",
        "Le commentaire dans le ticket {issue} de {repository} a été noté.";
    "delivery-comment-idle":
        "Ignored: the comment asks nothing, or no issue is kept for releases.",
        "Ignoré : le commentaire ne demande rien, ou aucun ticket n’est tenu pour les versions.";
    "TW-F007":
        "Ignored: only a new comment of its own author in an issue can ask something.",
        "Ignoré : seul un nouveau commentaire de son auteur dans un ticket peut demander quelque chose.";
    "TW-F001":
        "Ignored: the delivery does not name its event in exactly one header X-Forgejo-Event.",
        "Ignoré : l’envoi ne nomme pas son événement dans un seul en-tête X-Forgejo-Event.",
        "choose the type “Forgejo” for the webhook",
        "choisissez le type « Forgejo » pour le webhook";
    "TW-F002":
        "Ignored: events of the kind “{event}” are not needed here.",
        "Ignoré : les événements du type « {event} » ne servent pas ici.";
    "TW-F003":
        "Ignored: the body is not what Forgejo sends.",
        "Ignoré : le contenu n’est pas celui que Forgejo envoie.",
        "choose the content type “application/json” for the webhook",
        "choisissez le type de contenu « application/json » pour le webhook";
    "TW-F004":
        "Ignored: the header says “{event}”, but the body does not look like that.",
        "Ignoré : l’en-tête annonce « {event} », mais le contenu n’y ressemble pas.";
    "TW-F005":
        "Ignored: “{repository}” is not a repository name that can be used here.",
        "Ignoré : « {repository} » n’est pas un nom de dépôt utilisable ici.";
    "TW-F006":
        "Ignored: “{ref}” is neither a branch nor a tag.",
        "Ignoré : « {ref} » n’est ni une branche ni une étiquette.",
        "choose the type “Forgejo” for the webhook: other types shorten the names",
        "choisissez le type « Forgejo » pour le webhook : les autres types abrègent les noms";
    "TW-F011":
        "Forgejo cannot be reached ({call}).",
        "Forgejo est injoignable ({call}).",
        "check `forge.url` and the network; it is tried again by itself",
        "vérifiez `forge.url` et le réseau ; un nouvel essai est fait automatiquement";
    "TW-F012":
        "Forgejo did not finish its answer, so it is not known whether the request took effect ({call}).",
        "Forgejo n’a pas terminé sa réponse : on ne sait pas si la demande a eu un effet ({call}).",
        "it is looked up and tried again by itself",
        "une vérification et un nouvel essai sont faits automatiquement";
    "TW-F013":
        "Forgejo is not able to answer just now: status {status} ({call}).",
        "Forgejo ne peut pas répondre pour l’instant : statut {status} ({call}).",
        "it is tried again by itself; Forgejo’s log tells more",
        "un nouvel essai est fait automatiquement ; le journal de Forgejo en dit plus";
    "TW-F014":
        "Forgejo refuses the access token: status {status} ({call}).",
        "Forgejo refuse le jeton d’accès : statut {status} ({call}).",
        "check `forge.token` and the rights of its account",
        "vérifiez `forge.token` et les droits de son compte";
    "TW-F015":
        "Forgejo refuses the request: status {status}, “{message}” ({call}).",
        "Forgejo refuse la demande : statut {status}, « {message} » ({call}).",
        "check that the repository exists and that the account of `forge.token` may write to it",
        "vérifiez que le dépôt existe et que le compte de `forge.token` peut y écrire";
    "TW-F016":
        "Forgejo’s answer cannot be read ({call}).",
        "La réponse de Forgejo est illisible ({call}).",
        "check that `forge.url` is the address of Forgejo itself",
        "vérifiez que `forge.url` est bien l’adresse de Forgejo";
    "TW-F017":
        "Tag {tag} does not exist on the forge, so no release is published for it.",
        "L’étiquette {tag} n’existe pas sur la forge : aucune version n’est publiée pour elle.";
    "TW-F018":
        "Tag {tag} no longer points at {expected}, but at {found}.",
        "L’étiquette {tag} ne désigne plus {expected}, mais {found}.",
        "find out who moved the tag, and tag a new version",
        "cherchez qui a déplacé l’étiquette, puis étiquetez une nouvelle version";
    "TW-F019":
        "The address or the token of the forge cannot be used: {why}.",
        "L’adresse ou le jeton de la forge est inutilisable : {why}.",
        "check `forge.url` and `forge.token`",
        "vérifiez `forge.url` et `forge.token`";
};
