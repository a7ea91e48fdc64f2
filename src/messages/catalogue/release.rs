//! What a release does or waits for, and what its gates say.

use super::texts;
use crate::messages::Text;

/// The messages of this group.
pub const TEXTS: &[Text] = texts! {
    "head-opened": "{tag} for {environment} has arrived; its gates are being asked.",
        "{tag} pour {environment} est arrivé ; ses conditions sont en cours de vérification.";
    "head-deploying": "{tag} is being deployed to {environment}.", "{tag} est en cours de déploiement sur {environment}.";
    "head-smoke": "{tag} runs on {environment}; the smoke tests are running.",
        "{tag} tourne sur {environment} ; les tests rapides sont en cours.";
    "head-watching": "{tag} runs on {environment} and is being watched until {until_at}.",
        "{tag} tourne sur {environment} et reste sous surveillance jusqu’au {until_at}.";
    "head-announcing": "{tag} runs on {environment}; people are being told.",
        "{tag} tourne sur {environment} ; l’annonce est en cours.";
    "head-complete": "{tag} is in {environment}; the watch saw nothing wrong.",
        "{tag} est en {environment} ; la surveillance n’a rien trouvé d’anormal.";
    "head-complete-unwatched": "{tag} is in {environment}; no signal was watched, so nothing is known.",
        "{tag} est sur {environment} ; aucun signal n’a été surveillé, donc rien n’est connu.";
    "head-complete-unproven": "{tag} is in {environment}, watched without {signals}: unknown, not proven well.",
        "{tag} est en {environment}, surveillé sans {signals} : inconnu, non prouvé.";
    "head-refused": "{tag} is refused: its tag breaks the rules {ids}.",
        "{tag} est refusé : son tag enfreint les règles {ids}.";
    "head-denied": "{tag} for {environment} was denied by {by}: {reason}",
        "{tag} pour {environment} a été rejeté par {by} : {reason}";
    "head-withdrawn": "{tag} for {environment} was withdrawn by {by}: {reason}",
        "{tag} pour {environment} a été retiré par {by} : {reason}";
    "head-superseded": "{tag} for {environment} is superseded by {by}, which contains it.",
        "{tag} pour {environment} est remplacé par {by}, qui le contient.";
    "head-back-asked": "{by} asked for {tag} to be taken back from {environment}: {reason}",
        "{by} a demandé de reprendre {tag} sur {environment} : {reason}";
    "head-rolling-back": "{tag} is being taken back from {environment}.",
        "{tag} est en cours de retrait de {environment}.";
    "head-rolled-back": "{tag} was taken back from {environment}; what ran before runs again.",
        "{tag} a été retiré de {environment} ; la version précédente tourne à nouveau.";
    "head-not-deployed": "{tag} was not deployed to {environment}; nothing was changed there.",
        "{tag} n’a pas été déployé sur {environment} ; rien n’y a été modifié.";
    "head-stuck": "{tag} on {environment} is stuck: the way back failed, and a person has to lead it out.",
        "{tag} sur {environment} est bloqué : le retour en arrière a échoué, une personne doit intervenir.";
    "back-asked": "{by} asked for the way back: {reason}", "{by} a demandé le retour en arrière : {reason}";
    "back-signal": "The watch saw a serious fault: {signal}: {evidence}",
        "La surveillance a vu un défaut grave : {signal} : {evidence}";
    "gate-tag-good": "The tag breaks no rule and points where it pointed.",
        "Le tag respecte les règles et n’a pas bougé.";
    "gate-tag-unmade": "Nobody has pushed the tag yet; it is judged when it comes.",
        "Personne n’a encore poussé le tag ; il sera jugé à son arrivée.";
    "gate-tag-unseen": "The forge could not be asked about the tag ({why}); it will be asked again.",
        "La forge n’a pas pu être interrogée sur le tag ({why}) ; elle le sera de nouveau.";
    "gate-environment-free": "No other release has the environment.", "Aucune autre version n’occupe l’environnement.";
    "gate-environment-busy": "{environment} is taken by {tag}.", "{environment} est occupé par {tag}.";
    "gate-hold-none": "Nobody holds it.", "Personne ne la retient.";
    "gate-hold-held": "{by} holds it: {reason}", "{by} la retient : {reason}";
    "gate-approval-good": "Approved ({have} of {need}).", "Approuvé ({have} sur {need}).";
    "gate-approval-missing": "{tag} for {environment} waits for approval ({have} of {need}) by {who}.",
        "{tag} pour {environment} attend l’approbation ({have} sur {need}) de {who}.";
    "gate-approval-pusher-unknown": "{tag} for {environment} waits: who pushed it is unknown, so one approval may be their own and does not count ({have} of {need}). Let the forge deliver the webhook again, or let one more of {who} approve.",
        "{tag} pour {environment} attend : l’auteur du push est inconnu, l’une des approbations peut être la sienne et ne compte pas ({have} sur {need}). Faites renvoyer le webhook par la forge, ou approuver une personne de plus parmi {who}.";
    "gate-calendar-open": "The calendar is open, with enough room.", "Le calendrier est ouvert, avec assez de temps.";
    "gate-calendar-closed": "The calendar is closed ({rule}); the next slot opens {slot_at}.",
        "Le calendrier est fermé ({rule}) ; prochain créneau : {slot_at}.";
    "gate-calendar-frozen": "A freeze is on ({rule}); the next slot opens {slot_at}.",
        "Un gel est en cours ({rule}) ; prochain créneau : {slot_at}.";
    "gate-calendar-stale": "The feed {rule} cannot be read since {since_at}; the calendar is closed until it can.",
        "Le flux {rule} est illisible depuis {since_at} ; le calendrier est fermé jusqu’à ce qu’il soit lu.";
    "gate-calendar-never-read": "The feed {rule} could not be read yet; the calendar is closed until it can.",
        "Le flux {rule} n’a pas encore pu être lu ; le calendrier est fermé jusqu’à ce qu’il soit lu.";
    "gate-calendar-no-room": "The calendar is open, but closes too soon; the next slot with room opens {slot_at}.",
        "Le calendrier est ouvert mais ferme trop tôt ; prochain créneau suffisant : {slot_at}.";
    "gate-calendar-no-room-known": "The calendar is open, but no slot with enough room is known.",
        "Le calendrier est ouvert, mais aucun créneau suffisant n’est connu.";
    "gate-calendar-closed-no-slot": "The calendar is closed ({rule}); no slot with room is known.",
        "Le calendrier est fermé ({rule}) ; aucun créneau suffisant n’est connu.";
    "gate-host-good": "Every host answers and is ours.", "Chaque hôte répond et nous est réservé.";
    "gate-host-unknown": "{host} cannot be reached ({why}); it will be tried again.",
        "{host} est injoignable ({why}) ; nouvel essai sous peu.";
    "gate-host-taken": "{host} is locked by another deployment: {why}.",
        "{host} est verrouillé par un autre déploiement : {why}.";
};
