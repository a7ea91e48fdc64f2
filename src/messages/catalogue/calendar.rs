//! What is odd about a calendar, and how an answer about one is worded.

use super::texts;
use crate::messages::Text;

/// The messages of this group.
pub const TEXTS: &[Text] = texts! {
    "TW-K001": "calendar {calendar}: the freeze {rule} is over", "calendrier {calendar} : le gel {rule} est terminé",
        "remove it from the configuration", "retirez-le de la configuration";
    "TW-K002": "calendar {calendar}: {rule} has an edge at {time}, which a clock change skips",
        "calendrier {calendar} : {rule} a une limite à {time}, heure sautée par un changement d’heure",
        "it moves to the instant of the change; choose another time if that is not meant",
        "elle se déplace à l’instant du changement ; choisissez une autre heure si ce n’est pas voulu";
    "TW-K003": "calendar {calendar}: there is no slot within {days} days",
        "calendrier {calendar} : aucun créneau dans les {days} prochains jours",
        "look at it with: tagwarden calendar next --calendar {calendar}",
        "voyez : tagwarden calendar next --calendar {calendar}";
    "TW-K004": "calendar {calendar}: the open window {rule} is shorter than a release takes",
        "calendrier {calendar} : la fenêtre ouverte {rule} est plus courte qu’une mise en production",
        "widen it, or lower max_duration", "élargissez-la, ou réduisez max_duration";
    "TW-K010": "there is no calendar `{name}` in the configuration", "il n’y a pas de calendrier `{name}` dans la configuration",
        "the calendars are: {known}", "les calendriers sont : {known}";
    "TW-K011": "`{value}` is no instant", "`{value}` n’est pas un instant",
        "write it with an offset: 2026-11-27T16:00:00+01:00", "écrivez-le avec un décalage : 2026-11-27T16:00:00+01:00";
    "TW-K012": "`{value}` is no length of time", "`{value}` n’est pas une durée",
        "write it as 45m or 1h30m", "écrivez 45m ou 1h30m";
    "calendar-reason-window": "the window {name}", "la fenêtre {name}";
    "calendar-reason-outside-open": "outside {name}", "en dehors de {name}";
    "calendar-reason-freeze": "the freeze {name}", "le gel {name}";
    "calendar-reason-feed": "an event of {name}", "un événement de {name}";
    "calendar-reason-stale-feed": "{name} is too old to be believed", "{name} est trop ancien pour être cru";
    "calendar-open": "{calendar} is open {now_at}.", "{calendar} est ouvert {now_at}.";
    "calendar-closed": "{calendar} is closed {now_at}: {reasons}.", "{calendar} est fermé {now_at} : {reasons}.";
    "calendar-next-open": "It opens {open_at}.", "Ouverture : {open_at}.";
    "calendar-next-close": "It closes {close_at}.", "Fermeture : {close_at}.";
    "calendar-next-slot": "The next slot with {room} of room opens {slot_at}.",
        "Prochain créneau d’au moins {room} : {slot_at}.";
    "calendar-no-open": "No opening is known.", "Aucune ouverture n’est connue.";
    "calendar-no-slot": "No slot with {room} of room is known.", "Aucun créneau d’au moins {room} n’est connu.";
};
