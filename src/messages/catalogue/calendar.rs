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
    "TW-K020": "calendar {calendar}: the feed {feed} was never read, so it is closed",
        "calendrier {calendar} : le flux {feed} n’a jamais été lu, il est donc fermé",
        "the daemon fetches it; look at its log, or at the address or path in the configuration",
        "le démon va le chercher ; voyez son journal, ou l’adresse ou le chemin dans la configuration";
    "TW-K021": "calendar {calendar}: the feed {feed} was last good {since_at}, too long ago, so it is closed",
        "calendrier {calendar} : le flux {feed} était bon pour la dernière fois {since_at}, il y a trop longtemps ; il est donc fermé",
        "look at its log, at its address, or raise stale_after", "voyez son journal, son adresse, ou augmentez stale_after";
    "TW-K022": "calendar {calendar}: `{event}` of the feed {feed} starts at {time}, which a clock change skips; it counts from {start_at}",
        "calendrier {calendar} : « {event} » du flux {feed} commence à {time}, heure sautée par un changement d’heure ; il compte à partir de {start_at}";
    "TW-K023": "calendar {calendar}: {count} more malformed events of the feed {feed} are not named",
        "calendrier {calendar} : {count} autres événements malformés du flux {feed} ne sont pas nommés";
    "TW-K024": "calendar {calendar}: the feed {feed} cannot be read: {why}", "calendrier {calendar} : le flux {feed} ne peut pas être lu : {why}";
    "TW-K030": "calendar {calendar}, feed {feed}, line {line}: the event has no end, so it closes nothing",
        "calendrier {calendar}, flux {feed}, ligne {line} : l’événement n’a pas de fin, il ne ferme donc rien";
    "TW-K031": "calendar {calendar}, feed {feed}, line {line}: the event has no start, so it closes nothing",
        "calendrier {calendar}, flux {feed}, ligne {line} : l’événement n’a pas de début, il ne ferme donc rien";
    "TW-K032": "calendar {calendar}, feed {feed}, line {line}: the event starts twice, so it closes nothing",
        "calendrier {calendar}, flux {feed}, ligne {line} : l’événement a deux débuts, il ne ferme donc rien";
    "TW-K033": "calendar {calendar}, feed {feed}, line {line}: the event ends before it starts, so it closes nothing",
        "calendrier {calendar}, flux {feed}, ligne {line} : l’événement finit avant de commencer, il ne ferme donc rien";
    "TW-K034": "calendar {calendar}, feed {feed}, line {line}: a whole day and a time of day are mixed, so the event closes nothing",
        "calendrier {calendar}, flux {feed}, ligne {line} : jour entier et heure sont mélangés, l’événement ne ferme donc rien";
    "TW-K035": "calendar {calendar}, feed {feed}, line {line}: the event lasts more than ten years, so it closes nothing",
        "calendrier {calendar}, flux {feed}, ligne {line} : l’événement dure plus de dix ans, il ne ferme donc rien";
    "TW-K036": "calendar {calendar}, feed {feed}, line {line}: `{value}` is no date and no time, so the event closes nothing",
        "calendrier {calendar}, flux {feed}, ligne {line} : « {value} » n’est ni une date ni une heure, l’événement ne ferme donc rien";
    "TW-K037": "calendar {calendar}, feed {feed}, line {line}: `{value}` is no length of time, so the event closes nothing",
        "calendrier {calendar}, flux {feed}, ligne {line} : « {value} » n’est pas une durée, l’événement ne ferme donc rien";
    "TW-K038": "calendar {calendar}, feed {feed}, line {line}: nobody knows the time zone `{value}`, so the event closes nothing",
        "calendrier {calendar}, flux {feed}, ligne {line} : le fuseau horaire « {value} » est inconnu, l’événement ne ferme donc rien";
    "TW-K039": "calendar {calendar}, feed {feed}, line {line}: the rule `{value}` cannot be followed, so the event closes nothing",
        "calendrier {calendar}, flux {feed}, ligne {line} : la règle « {value} » ne peut pas être suivie, l’événement ne ferme donc rien";
    "TW-K040": "it is no iCalendar file", "ce n’est pas un fichier iCalendar";
    "TW-K041": "its end is missing", "sa fin manque";
    "TW-K042": "there is no event in it", "il ne contient aucun événement",
        "if that can be so, set may_be_empty = true", "si c’est possible, mettez may_be_empty = true";
    "TW-K043": "it has more than {megabytes} MB or {events} events", "il dépasse {megabytes} Mo ou {events} événements";
    "TW-K044": "its events come back too often to be followed", "ses événements reviennent trop souvent pour être suivis";
    "TW-K045": "{malformed} of its {of} events are malformed, the first on line {line}",
        "{malformed} de ses {of} événements sont malformés, le premier à la ligne {line}";
    "TW-K050": "its server did not answer", "son serveur n’a pas répondu";
    "TW-K051": "its server answered {status}", "son serveur a répondu {status}";
    "TW-K052": "its server redirects to another host", "son serveur redirige vers un autre hôte",
        "write the address where it is now", "écrivez son adresse actuelle";
    "TW-K053": "its host has a private address", "son hôte a une adresse privée",
        "if that is meant, set allow_private = true", "si c’est voulu, mettez allow_private = true";
    "TW-K054": "it is larger than is read", "il est plus grand que ce qui est lu";
    "TW-K055": "its address cannot be used", "son adresse est inutilisable";
    "TW-K056": "its file cannot be read: {why}", "son fichier ne peut pas être lu : {why}";
    "TW-K057": "its path is no plain file", "son chemin n’est pas un fichier ordinaire";
    "calendar-reason-window": "the window {name}", "la fenêtre {name}";
    "calendar-reason-outside-open": "outside {name}", "en dehors de {name}";
    "calendar-reason-freeze": "the freeze {name}", "le gel {name}";
    "calendar-reason-feed": "an event of {name}", "un événement de {name}";
    "calendar-reason-stale-feed": "{name} could not be read yet", "{name} n’a pas encore pu être lu";
    "calendar-reason-stale-since": "{name} cannot be read since {since_at}", "{name} est illisible depuis {since_at}";
    "calendar-show-head": "{calendar}, clocks of {time_zone}, half an hour a sign", "{calendar}, heure de {time_zone}, une demi-heure par signe";
    "calendar-show-open": "open", "ouvert";
    "calendar-show-short": "open, but without room for {room}", "ouvert, mais sans la place pour {room}";
    "calendar-show-many": "several rules too many for a letter of their own", "d’autres règles, trop nombreuses pour une lettre chacune";
    "calendar-show-no-hour": "an hour that a clock change skips", "heure sautée par un changement d’heure";
    "calendar-page-drawing": "The coming weeks of {calendar}, clocks of {time_zone}", "Les semaines à venir de {calendar}, heure de {time_zone}";
    "calendar-page-closed": "{day}, {from} to {to}: closed, {rule}", "{day}, de {from} à {to} : fermé, {rule}";
    "calendar-page-short": "{day}, {from} to {to}: open, but without room for {room}",
        "{day}, de {from} à {to} : ouvert, mais sans la place pour {room}";
    "calendar-page-waits": "{tag} goes {slot_at}", "{tag} part {slot_at}";
    "calendar-page-legend": "Rules", "Règles";
    "calendar-out-closed": "Closed: {rule}", "Fermé : {rule}";
    "calendar-out-slot": "Slot for releases", "Créneau de mise en production";
    "calendar-out-waits": "Release {tag}, when its gates are open", "Version {tag}, si toutes ses conditions sont réunies";
    "calendar-out-gone": "Release {tag}", "Version {tag}";
    "calendar-out-name": "Releases to {environment}", "Mises en production : {environment}";
    "TW-K013": "`{value}` is no date", "`{value}` n’est pas une date", "write it as 2026-11-23", "écrivez 2026-11-23";
    "TW-K014": "`{value}` is no number of weeks", "`{value}` n’est pas un nombre de semaines", "write 1 to 53", "écrivez de 1 à 53";
    "calendar-open": "{calendar} is open {now_at}.", "{calendar} est ouvert {now_at}.";
    "calendar-closed": "{calendar} is closed {now_at}: {reasons}.", "{calendar} est fermé {now_at} : {reasons}.";
    "calendar-next-open": "It opens {open_at}.", "Ouverture : {open_at}.";
    "calendar-next-close": "It closes {close_at}.", "Fermeture : {close_at}.";
    "calendar-next-slot": "The next slot with {room} of room opens {slot_at}.",
        "Prochain créneau d’au moins {room} : {slot_at}.";
    "calendar-no-open": "No opening is known.", "Aucune ouverture n’est connue.";
    "calendar-no-slot": "No slot with {room} of room is known.", "Aucun créneau d’au moins {room} n’est connu.";
};
