//! Messages of the configuration (`TW-C…`): what stands behind `file:line: place:`.

use super::texts;
use crate::messages::Text;

/// The messages of this group.
pub const TEXTS: &[Text] = texts! {
    "TW-C001": "the file cannot be read: {why}", "le fichier ne peut pas être lu : {why}",
        "name another file with --config FILE or TAGWARDEN_CONFIG=FILE",
        "indiquez un autre fichier avec --config FICHIER ou TAGWARDEN_CONFIG=FICHIER";
    "TW-C002": "this is not TOML: {why}", "ce n'est pas du TOML : {why}";
    "TW-C003": "this key does not exist here", "cette clé n'existe pas ici",
        "did you mean: {near}", "vouliez-vous dire : {near}";
    "TW-C004": "this key does not exist here", "cette clé n'existe pas ici",
        "possible keys: {known}", "clés possibles : {known}";
    "TW-C005": "the file is larger than {largest} MiB", "le fichier dépasse {largest} Mio";
    "TW-C006": "this key is missing", "cette clé manque",
        "see the commented sample: config/tagwarden.toml", "voyez l'exemple commenté : config/tagwarden.toml";
    "TW-C007": "`{value}` is not possible here", "`{value}` n'est pas possible ici",
        "did you mean: {near}", "vouliez-vous dire : {near}";
    "TW-C008": "`{value}` is not possible here", "`{value}` n'est pas possible ici",
        "possible values: {valid}", "valeurs possibles : {valid}";
    "TW-C009": "this needs at least one value that is not empty", "il faut au moins une valeur non vide";
    "TW-C010": "this should be a text in quotes", "il faut ici un texte entre guillemets";
    "TW-C011": "this should be a whole number", "il faut ici un nombre entier";
    "TW-C012": "this should be true or false", "il faut ici true ou false";
    "TW-C013": "this should be a list", "il faut ici une liste",
        "write it in brackets: [ … ]; tables of a list have double brackets: [[ … ]]",
        "écrivez-la entre crochets : [ … ] ; les tables d'une liste ont des crochets doubles : [[ … ]]";
    "TW-C014": "this should be a table", "il faut ici une table",
        "write it in braces, { … }, or under a heading in brackets",
        "écrivez-la entre accolades, { … }, ou sous un titre entre crochets";
    "TW-C015": "a secret must not stand here in plain text", "un secret ne doit pas figurer ici en clair",
        "keep it elsewhere and point to it: {key} = { credential = \"name\" }, { file = \"/path\" } or { env = \"NAME\" }; whoever could read this file may know the secret, so change it",
        "gardez-le ailleurs et indiquez où : {key} = { credential = \"name\" }, { file = \"/path\" } ou { env = \"NAME\" } ; qui pouvait lire ce fichier connaît peut-être le secret, changez-le";
    "TW-C016": "exactly one of credential, file and env must stand here", "il faut exactement un de credential, file et env ici",
        "for example: {key} = { credential = \"name\" }", "par exemple : {key} = { credential = \"name\" }";
    "TW-C017": "this credential was not handed over", "ce secret systemd n'a pas été transmis",
        "hand it over in the unit: LoadCredential=NAME:/etc/tagwarden/NAME",
        "transmettez-le dans l'unité : LoadCredential=NAME:/etc/tagwarden/NAME";
    "TW-C018": "this secret cannot be read: {why}", "ce secret ne peut pas être lu : {why}",
        "the file must hold the secret and be readable for the account of tagwarden alone",
        "le fichier doit contenir le secret et n'être lisible que par le compte de tagwarden";
    "TW-C019": "this variable is not set", "cette variable n'est pas définie",
        "set it in the environment of the command; the name must stand here, not the secret",
        "définissez-la dans l'environnement de la commande ; c'est son nom qui doit figurer ici, pas le secret";
    "TW-C020": "this is not a plain name", "ce n'est pas un nom simple",
        "use letters, digits, `-`, `_` and `.`", "utilisez des lettres, des chiffres, `-`, `_` et `.`";
    "TW-C021": "this secret is shorter than {shortest} bytes", "ce secret fait moins de {shortest} octets",
        "make one with: openssl rand -hex 32", "créez-en un avec : openssl rand -hex 32";
    "TW-C022": "`{value}` is not a length of time", "`{value}` n'est pas une durée",
        "write it like 30s, 45m, 1h30m or 7d", "écrivez-la comme 30s, 45m, 1h30m ou 7d";
    "TW-C023": "`{value}` is not between {shortest} and {longest}", "`{value}` n'est pas entre {shortest} et {longest}";
    "TW-C024": "`{value}` is not an address and a port", "`{value}` n'est pas une adresse suivie d'un port",
        "write it like 127.0.0.1:8787 or [::1]:8787", "écrivez-la comme 127.0.0.1:8787 ou [::1]:8787";
    "TW-C025": "this is not an HTTP address", "ce n'est pas une adresse HTTP",
        "write it like https://release.example.org", "écrivez-la comme https://release.example.org";
    "TW-C026": "this address holds a login", "cette adresse contient un identifiant",
        "take the login out of the address; it can be read here by anybody who may read this file",
        "retirez l'identifiant de l'adresse ; ici, il est visible de quiconque peut lire ce fichier";
    "TW-C027": "`{value}` stands here twice", "`{value}` figure ici deux fois",
        "give every entry of the list its own name", "donnez à chaque élément de la liste son propre nom";
    "TW-C028": "this is not something that git can clone", "git ne peut pas cloner ceci",
        "write it like https://git.example.org/owner/name.git", "écrivez-la comme https://git.example.org/owner/name.git";
    "TW-C029": "webhooks cannot have the port that pages have", "les webhooks ne peuvent pas avoir le port des pages",
        "leave webhook_listen out, or give it another port", "supprimez webhook_listen, ou donnez-lui un autre port";
    "TW-C030": "{what} comes in a later version of tagwarden", "{what} arrivera dans une version future de tagwarden",
        "take it out of the file until then; no key is ever silently ignored",
        "retirez-le du fichier en attendant ; aucune clé n'est jamais ignorée en silence";
    "TW-C031": "`{value}` is not the name of a repository", "`{value}` n'est pas le nom d'un dépôt",
        "write owner/name, as in the address on the forge", "écrivez owner/name, comme dans l'adresse sur la forge";
    "TW-C032": "`{value}` is not the name of a branch", "`{value}` n'est pas le nom d'une branche",
        "write it like main or hotfix/*, without refs/heads/", "écrivez-le comme main ou hotfix/*, sans refs/heads/";
    "TW-C033": "`{value}` cannot stand before a version", "`{value}` ne peut pas précéder une version",
        "use letters, digits, `-`, `_`, `.` and `/`, such as v or app-v",
        "utilisez des lettres, des chiffres, `-`, `_`, `.` et `/`, comme v ou app-v";
    "TW-C034": "this key only belongs to {belongs}", "cette clé ne va qu'avec {belongs}",
        "take the key out, or change what it belongs to", "supprimez la clé, ou changez ce avec quoi elle va";
    "TW-C035": "`{value}` is not the name of an environment", "`{value}` n'est pas le nom d'un environnement",
        "use at most 40 letters, digits, `-`, `_` and `.`", "utilisez au plus 40 lettres, chiffres, `-`, `_` et `.`";
    "TW-C036": "{value} leaves no room for the deployment before the watch of {watch}",
        "{value} ne laisse pas de place au déploiement avant la surveillance de {watch}",
        "deploy, smoke tests and watch must fit into max_duration together: make it longer, or the watch shorter",
        "déploiement, tests de fumée et surveillance doivent tenir ensemble dans max_duration : allongez-le, ou raccourcissez la surveillance";
    "TW-C037": "`{value}` is neither a user nor a team", "`{value}` n'est ni un utilisateur ni une équipe",
        "write user:login or team:organisation/team", "écrivez user:login ou team:organisation/team";
    "TW-C038": "{value} is not between {least} and {most}", "{value} n'est pas entre {least} et {most}";
    "TW-C039": "this asks for approvals by more people than are named (asked: {needed}, named: {named})",
        "il faut plus d'approbations qu'il n'y a de personnes nommées (demandées : {needed}, nommées : {named})",
        "name more people in approvers, or set approvals = 0 to go without",
        "nommez plus de personnes dans approvers, ou mettez approvals = 0 pour vous en passer";
    "TW-C040": "`{value}` is not an absolute path without ..", "`{value}` n'est pas un chemin absolu sans ..",
        "write it from the root, such as /srv/bridge", "écrivez-le depuis la racine, comme /srv/bridge";
    "TW-C041": "`{value}` does not stay in the folder", "`{value}` ne reste pas dans le dossier",
        "write it from the folder on, such as compose.yml, without ..", "écrivez-le à partir du dossier, comme compose.yml, sans ..";
    "TW-C042": "this is no command", "ce n'est pas une commande",
        "write program and arguments as a list: [\"scripts/check\", \"--fast\"]",
        "écrivez programme et arguments en liste : [\"scripts/check\", \"--fast\"]";
    "TW-C043": "nothing is known that could stand for {word} in braces", "rien de connu ne peut remplacer {word} entre accolades",
        "what is known: {tag}, {version}, {commit}", "ce qui est connu : {tag}, {version}, {commit}";
    "TW-C044": "`{value}` is not a plain name", "`{value}` n'est pas un nom simple",
        "use at most 40 small letters, digits and `-`", "utilisez au plus 40 lettres minuscules, chiffres et `-`";
    "TW-C045": "the path of the control socket is longer than {longest} bytes", "le chemin de la socket de contrôle dépasse {longest} octets",
        "set server.control_socket to a shorter path", "donnez à server.control_socket un chemin plus court";
    "TW-C046": "there is no calendar `{value}`", "il n'y a pas de calendrier `{value}`",
        "did you mean: {near}", "vouliez-vous dire : {near}";
    "TW-C047": "there is no calendar `{value}`", "il n'y a pas de calendrier `{value}`",
        "define it: [[calendar]] with name and time_zone", "définissez-le : [[calendar]] avec name et time_zone";
    "TW-C048": "`{value}` is not a plain name for a host", "`{value}` n'est pas un nom simple pour une machine",
        "use at most 40 letters, digits, `-`, `_` and `.`", "utilisez au plus 40 lettres, chiffres, `-`, `_` et `.`";
    "TW-C049": "`{value}` is not an address", "`{value}` n'est pas une adresse",
        "write login@name:port such as deploy@prod.example.org:22, or local", "écrivez login@nom:port comme deploy@prod.example.org:22, ou local";
    "TW-C050": "the host key is missing; an unknown host is never believed", "la clé de la machine manque ; une machine inconnue n'est jamais crue",
        "show it with: ssh-keyscan -t ed25519 {host}; compare it on the host itself before you write it here",
        "affichez-la avec : ssh-keyscan -t ed25519 {host} ; comparez-la sur la machine même avant de l'écrire ici";
    "TW-C051": "this is not a host key", "ce n'est pas une clé de machine",
        "write kind and key, such as ssh-ed25519 AAAA…; possible kinds: {kinds}",
        "écrivez le type et la clé, comme ssh-ed25519 AAAA… ; types possibles : {kinds}";
    "TW-C052": "{other} already deploys into this folder of this host", "{other} déploie déjà dans ce dossier de cette machine",
        "give each environment a folder of its own", "donnez à chaque environnement son propre dossier";
    "TW-C053": "this is not the name of a variable", "ce n'est pas le nom d'une variable",
        "use letters, digits and `_`, and no digit first", "utilisez des lettres, des chiffres et `_`, sans chiffre en tête";
    "TW-C054": "the project name is missing; a guessed one could start everything twice", "le nom du projet manque ; un nom deviné pourrait tout démarrer en double",
        "see the name that runs now with: docker compose ls", "voyez le nom actuel avec : docker compose ls";
    "TW-C055": "exactly one of url and run must stand here", "il faut exactement un de url et run ici";
    "TW-C056": "there is no look within the watch: every ({every}) is longer than duration ({duration})",
        "la surveillance ne regarde jamais : every ({every}) dépasse duration ({duration})",
        "make every shorter or duration longer", "raccourcissez every ou allongez duration";
    "TW-C057": "this can never fail: {looks} bad looks in a row do not fit into {duration}",
        "ceci ne peut jamais échouer : {looks} mauvais relevés de suite ne tiennent pas dans {duration}",
        "make fail_after or watch.every smaller", "réduisez fail_after ou watch.every";
    "TW-C058": "`{value}` is not a time zone", "`{value}` n'est pas un fuseau horaire",
        "write it like Europe/Paris", "écrivez-le comme Europe/Paris";
    "TW-C059": "this secret is empty", "ce secret est vide";
    "TW-C060": "this secret is not one line of printable ASCII characters",
        "ce secret n'est pas une seule ligne de caractères ASCII imprimables";
    "TW-C061": "this is not the absolute path of a file", "ce n'est pas le chemin absolu d'un fichier",
        "write it from the root, such as /etc/tagwarden/token", "écrivez-le depuis la racine, comme /etc/tagwarden/token";
    "TW-C062": "everybody on this machine can read the file of this secret",
        "tout le monde sur cette machine peut lire le fichier de ce secret",
        "take that right away with: chmod o-r FILE", "retirez ce droit avec : chmod o-r FICHIER";
    "TW-C070": "a window that runs from one day of the week to another has no `days`",
        "une fenêtre qui va d'un jour de la semaine à un autre n'a pas de `days`",
        "leave `days` out, or write plain times such as 22:00", "retirez `days`, ou écrivez de simples heures comme 22:00";
    "TW-C071": "`{value}` is no wall time", "`{value}` n'est pas une heure locale",
        "write it as 2026-12-01T08:00, without an offset: the calendar's time_zone counts",
        "écrivez 2026-12-01T08:00, sans décalage : c'est le time_zone du calendrier qui compte";
    "TW-C072": "it ends when or before it begins", "la fin est égale ou antérieure au début",
        "let `to` differ from `from`; a whole day runs from 00:00 to 24:00",
        "`to` doit différer de `from` ; une journée entière va de 00:00 à 24:00";
    "TW-C073": "`{value}` is no time of day", "`{value}` n'est pas une heure",
        "write it as 07:30, from 00:00 to 24:00", "écrivez 07:30, de 00:00 à 24:00";
    "TW-C074": "`{value}` is no day of the week", "`{value}` n'est pas un jour de la semaine",
        "use Mon, Tue, Wed, Thu, Fri, Sat or Sun", "utilisez Mon, Tue, Wed, Thu, Fri, Sat ou Sun";
    "TW-C075": "`{value}` is no time of the week", "`{value}` n'est pas un moment de la semaine",
        "write it as Fri 16:00", "écrivez Fri 16:00";
    "TW-C063": "nothing is looked at in this watch", "rien n'est regardé pendant cette surveillance",
        "add [[repository.environment.watch.signal]], or a healthcheck with url",
        "ajoutez [[repository.environment.watch.signal]], ou un healthcheck avec url";
    "TW-C064": "nothing shows that the application is up after a deployment",
        "rien ne montre que l'application fonctionne après un déploiement",
        "add [repository.environment.healthcheck] with url or run",
        "ajoutez [repository.environment.healthcheck] avec url ou run";
    "TW-C065": "the token travels in clear to this address", "le jeton circule en clair vers cette adresse",
        "use https, unless nobody else can listen on the way", "utilisez https, sauf si personne d'autre ne peut écouter en chemin";
    "TW-C090": "`{value}` is the name of a gate that is there by itself", "`{value}` est le nom d'une condition qui existe d'elle-même",
        "give it another name", "donnez-lui un autre nom";
    "TW-C091": "there is no host `{value}` in this environment", "il n'y a pas d'hôte `{value}` dans cet environnement",
        "name one of: {known}", "nommez l'un de : {known}";
    "TW-C092": "a JSON pointer begins with `/`", "un pointeur JSON commence par `/`",
        "write it like /state (RFC 6901)", "écrivez-le comme /state (RFC 6901)";
    "TW-C093": "nobody is named who may sign the checklist", "personne n'est désigné pour signer la liste",
        "set `by` here, or release_managers in the environment", "renseignez `by` ici, ou release_managers dans l'environnement";
    "TW-C094": "the sentence of an item is empty, longer than {longest} characters, or has control characters",
        "la phrase d'un point est vide, dépasse {longest} caractères ou contient des caractères de contrôle",
        "say in a few words what to try", "dites en quelques mots ce qu'il faut essayer";
    "TW-C124": "`{value}` is no number", "`{value}` n'est pas un nombre",
        "write it like \"0.5\"", "écrivez-le comme \"0.5\"";
    "TW-C125": "this query has no limit, so that every answer would be good",
        "cette requête n'a pas de limite : toute réponse serait bonne",
        "set `below`, `above` or both", "renseignez `below`, `above` ou les deux";
    "TW-C126": "the smallest good value is larger than the largest", "la plus petite valeur admise dépasse la plus grande",
        "swap `above` and `below`", "échangez `above` et `below`";
    "TW-C100": "`{value}` is not the name of a workflow file", "`{value}` n'est pas le nom d'un fichier de workflow",
        "write it without its folder, such as ci.yml", "écrivez-le sans son dossier, comme ci.yml";
    "TW-C101": "`{value}` means statuses that tagwarden posts itself; they prove nothing",
        "`{value}` désigne des statuts que tagwarden publie lui-même ; ils ne prouvent rien",
        "name the contexts of your checks, such as ci/*", "nommez les contextes de vos vérifications, comme ci/*";
    "TW-C102": "a context is empty, longer than {longest} bytes, or has control characters",
        "un contexte est vide, dépasse {longest} octets ou contient des caractères de contrôle",
        "write it as Forgejo shows it beside the commit; * stands for anything",
        "écrivez-le comme Forgejo l'affiche à côté du commit ; * remplace n'importe quoi";
    "TW-C103": "`{value}` is no other environment of this repository", "`{value}` n'est pas un autre environnement de ce dépôt",
        "write that environment too, or leave `after` out; there are: {known}",
        "écrivez aussi cet environnement, ou retirez `after` ; il y a : {known}";
    "TW-C080": "`{value}` is not a version of a first release", "`{value}` n'est pas la version d'une première publication",
        "write three numbers without a prefix, such as 3.2.0", "écrivez trois nombres sans préfixe, comme 3.2.0";
    "TW-C081": "nobody is named who may sign", "personne n'est désigné pour signer",
        "set allowed_signers for SSH signatures, openpgp_home for OpenPGP ones, or both",
        "renseignez allowed_signers pour les signatures SSH, openpgp_home pour OpenPGP, ou les deux";
    "TW-C085": "a feed has either `url` or `path`", "un flux a soit `url`, soit `path`",
        "write one of them", "écrivez l'un des deux";
    "TW-C086": "a feed is fetched over HTTPS", "un flux est lu en HTTPS",
        "write https://…, or allow_private = true for a server of your own network",
        "écrivez https://…, ou allow_private = true pour un serveur de votre réseau";
    "TW-C087": "`user` and `password` go together", "`user` et `password` vont ensemble",
        "write both or none", "écrivez les deux ou aucun";
    "TW-C088": "`{value}` is no share in per cent", "`{value}` n'est pas un pourcentage",
        "write 0 to 100", "écrivez 0 à 100";
    "TW-C105": "`{value}` is no name of a label: it is empty, longer than {longest} characters, or has control characters",
        "`{value}` n'est pas un nom d'étiquette : il est vide, dépasse {longest} caractères ou contient des caractères de contrôle",
        "write the label as it stands on the forge", "écrivez l'étiquette comme sur la forge";
    "TW-C110": "`{value}` is not the ending of a file's name", "`{value}` n'est pas une terminaison de nom de fichier",
        "write it like sha256", "écrivez-la comme sha256";
    "TW-C111": "`{value}` is not the name of a registry", "`{value}` n'est pas le nom d'un registre",
        "write it as it stands in image names, such as git.example.org or 127.0.0.1:5000",
        "écrivez-le comme dans les noms d'images : git.example.org ou 127.0.0.1:5000";
    "TW-C112": "this is not a user's name: it is empty, or has a colon, a space or a letter that is not ASCII",
        "ce n'est pas un nom d'utilisateur : il est vide, ou contient un deux-points, une espace ou une lettre hors ASCII";
    "TW-C113": "`{value}` is not the name of a service", "`{value}` n'est pas le nom d'un service";
    "TW-C099": "the file could not be understood, and it is not known why", "le fichier n'a pas pu être compris, et on ne sait pas pourquoi",
        "please report this with the file, without secrets", "signalez-le avec le fichier, sans secrets";
    "config-good": "{file} is good: {repositories}, {environments}, {calendars}, {channels}.",
        "{file} est bon : {repositories}, {environments}, {calendars}, {channels}.";
};
