//! Messages of `doctor` (`TW-Q…`): what is wrong with the house, and the command or page that mends it.

use super::texts;
use crate::messages::Text;

/// The messages of this group.
pub const TEXTS: &[Text] = texts! {
    "doctor-ok": "ok", "ok";
    "doctor-warning": "warning", "avertissement";
    "doctor-unknown": "unknown", "inconnu";
    "doctor-error": "error", "erreur";
    "doctor-summary": "errors: {errors} · warnings: {warnings} · unknown: {unknown} · ok: {ok}",
        "erreurs : {errors} · avertissements : {warnings} · inconnus : {unknown} · ok : {ok}";
    "doctor-look-calendars": "look at it with: tagwarden calendar lint", "voyez : tagwarden calendar lint";
    "doctor-look-log": "more stands in: journalctl -u tagwarden -e", "voyez : journalctl -u tagwarden -e";
    "doctor-check-configuration": "configuration", "configuration";
    "doctor-check-secrets": "secrets", "secrets";
    "doctor-check-calendars": "calendars", "calendriers";
    "doctor-check-daemon": "daemon", "démon";
    "doctor-check-database": "database", "base de données";
    "doctor-check-space": "disk space", "espace disque";
    "doctor-check-service": "service", "service";
    "doctor-check-forge": "forge", "forge";
    "doctor-check-clock": "clock", "horloge";
    "doctor-check-token": "token", "jeton";
    "doctor-check-branch": "main branch", "branche principale";
    "doctor-check-webhook": "webhook", "webhook";
    "doctor-check-protection": "protected tags", "tags protégés";
    "doctor-check-hook": "hook", "hook";
    "doctor-check-host": "host", "hôte";
    "doctor-configuration": "it is good", "elle est bonne";
    "doctor-secret": "it can be read, and by nobody else", "il est lisible, et par personne d’autre";
    "doctor-calendars": "nothing is odd (calendars: {count})", "rien d’étrange (calendriers : {count})";
    "doctor-no-calendar": "there is none, so it is always open", "il n’y en a pas, c’est donc toujours ouvert";
    "doctor-daemon": "version {version} runs", "la version {version} tourne";
    "doctor-sqlite": "SQLite {version} keeps what it commits", "SQLite {version} garde ce qu’il valide";
    "doctor-database": "it is ours, in WAL mode", "elle est à nous, en mode WAL";
    "doctor-space": "{free} are free", "{free} libres";
    "doctor-service": "the unit is installed; it is {state}", "l’unité est installée ; état : {state}";
    "doctor-forge": "Forgejo {version} answers", "Forgejo {version} répond";
    "doctor-clock": "it agrees with that of this machine", "elle est d’accord avec celle de cette machine";
    "doctor-token": "{login} may read, write and post statuses", "{login} peut lire, écrire et publier des statuts";
    "doctor-branch": "{branch} is there", "{branch} existe";
    "doctor-webhook": "the last delivery ({event}) came {length} ago", "le dernier envoi ({event}) est arrivé il y a {length}";
    "doctor-webhook-elsewhere": "none in the repository, but one of the organisation or the instance delivers; the last one ({event}) came {length} ago",
        "aucun dans le dépôt, mais un webhook de l’organisation ou de l’instance livre ; le dernier envoi ({event}) est arrivé il y a {length}";
    "doctor-webhook-untold": "it is right; only the daemon knows whether anything arrives", "il est correct ; seul le démon sait si quelque chose arrive";
    "doctor-protection": "the forge protects {pattern}", "la forge protège {pattern}";
    "doctor-hook": "in {path}, of this version, and a trial push with a bad tag was refused",
        "dans {path}, de cette version, et un push d’essai avec un mauvais tag a été refusé";
    "doctor-timer": "new repositories are guarded within a minute", "les nouveaux dépôts sont protégés en moins d’une minute";
    "doctor-host": "git {git}, Docker Compose {compose}, Docker {engine}", "git {git}, Docker Compose {compose}, Docker {engine}";
    "doctor-host-reached": "it answers, and {directory} is there", "il répond, et {directory} existe";
    "TW-Q001": "nothing else was looked at: it needs a good configuration", "rien d’autre n’a été examiné : il faut une bonne configuration",
        "mend what is said about the configuration, then: tagwarden doctor", "corrigez ce qui est dit de la configuration, puis : tagwarden doctor";
    "TW-Q002": "the check did not end within {seconds} s", "la vérification n’a pas abouti en {seconds} s",
        "try again with: tagwarden doctor", "réessayez : tagwarden doctor";
    "TW-Q005": "everybody on this machine can read {path}", "tout le monde sur cette machine peut lire {path}",
        "chmod o= {path}; who could read it may know the secret, so make a new one", "chmod o= {path} ; qui pouvait le lire connaît peut-être le secret, créez-en un nouveau";
    "TW-Q006": "it is {days} days old", "il a {days} jours",
        "make a new one, on the forge or with: openssl rand -hex 32 — and write it to {path}", "créez-en un nouveau, sur la forge ou avec : openssl rand -hex 32 — et écrivez-le dans {path}";
    "TW-Q007": "it is a credential, and systemd hands those to the daemon alone", "c’est un secret systemd, transmis au seul démon",
        "start the daemon, then: sudo -u tagwarden tagwarden doctor", "démarrez le démon, puis : sudo -u tagwarden tagwarden doctor";
    "TW-Q008": "this account may not read it", "ce compte ne peut pas le lire",
        "sudo -u tagwarden tagwarden doctor", "sudo -u tagwarden tagwarden doctor";
    "TW-Q010": "it does not run: nothing answers at {path}", "il ne tourne pas : rien ne répond sur {path}",
        "sudo systemctl start tagwarden; why it ended: journalctl -u tagwarden -e", "sudo systemctl start tagwarden ; la cause de l’arrêt : journalctl -u tagwarden -e";
    "TW-Q011": "another version runs: {theirs}, and this is {ours}", "une autre version tourne : {theirs}, et ceci est la {ours}",
        "sudo systemctl restart tagwarden", "sudo systemctl restart tagwarden";
    "TW-Q012": "this account may not use {path}", "ce compte n’a pas accès à {path}",
        "sudo -u tagwarden tagwarden doctor", "sudo -u tagwarden tagwarden doctor";
    "TW-Q013": "it does not answer: {why}", "il ne répond pas : {why}",
        "journalctl -u tagwarden -e; sudo systemctl restart tagwarden", "journalctl -u tagwarden -e ; sudo systemctl restart tagwarden";
    "TW-Q020": "Forgejo {version} gets no security fixes any more", "Forgejo {version} ne reçoit plus de correctifs de sécurité",
        "upgrade to v15 or later: https://forgejo.org/docs/latest/admin/upgrade/", "passez à la v15 ou plus : https://forgejo.org/docs/latest/admin/upgrade/";
    "TW-Q021": "“{version}” is no Forgejo that is supported", "« {version} » n’est pas un Forgejo pris en charge",
        "use Forgejo v15 or later: https://forgejo.org/docs/latest/admin/upgrade/", "utilisez Forgejo v15 ou plus : https://forgejo.org/docs/latest/admin/upgrade/";
    "TW-Q022": "not known, because the forge does not answer", "inconnu, car la forge ne répond pas",
        "mend what is said about the forge, then: tagwarden doctor", "corrigez ce qui est dit de la forge, puis : tagwarden doctor";
    "TW-Q023": "it cannot be asked, because its token cannot be read", "elle ne peut être interrogée, car son jeton est illisible",
        "mend what is said about forge.token, then: tagwarden doctor", "corrigez ce qui est dit de forge.token, puis : tagwarden doctor";
    "TW-Q024": "it cannot be used: {why}", "elle est inutilisable : {why}",
        "look from this machine: curl -v {url}/api/v1/version", "voyez depuis cette machine : curl -v {url}/api/v1/version";
    "TW-Q028": "it did not answer within {seconds} s", "elle n’a pas répondu en {seconds} s",
        "look from this machine: curl -v {url}/api/v1/version", "voyez depuis cette machine : curl -v {url}/api/v1/version";
    "TW-Q026": "it and this machine are {seconds} s apart", "elle et cette machine diffèrent de {seconds} s",
        "on the machine that is wrong (timedatectl shows it): sudo timedatectl set-ntp true", "sur la machine qui se trompe (timedatectl le montre) : sudo timedatectl set-ntp true";
    "TW-Q027": "the forge's answers carry no date", "les réponses de la forge ne portent pas de date",
        "look at the proxy before the forge, and compare both clocks with: date -u", "voyez le proxy devant la forge, et comparez les deux horloges avec : date -u";
    "TW-Q030": "SQLite {version} can lose what it has committed", "SQLite {version} peut perdre ce qu’il a validé",
        "build with the SQLite that comes along (feature bundled of rusqlite), at least 3.51.3", "compilez avec le SQLite fourni (feature bundled de rusqlite), au moins 3.51.3";
    "TW-Q031": "there is none yet; the daemon makes it at its first start", "elle n’existe pas encore ; le démon la crée à son premier démarrage",
        "sudo systemctl start tagwarden", "sudo systemctl start tagwarden";
    "TW-Q032": "this account may not read it", "ce compte ne peut pas la lire",
        "sudo -u tagwarden tagwarden doctor", "sudo -u tagwarden tagwarden doctor";
    "TW-Q033": "it is not in WAL mode; the daemon sets that when it starts", "elle n’est pas en mode WAL ; le démon le règle au démarrage",
        "sudo systemctl restart tagwarden", "sudo systemctl restart tagwarden";
    "TW-Q034": "{path} lies on a network file system ({kind}), where SQLite's locks do not hold",
        "{path} est sur un système de fichiers réseau ({kind}), où les verrous de SQLite ne tiennent pas",
        "stop the daemon, move the folder to a disk of this machine, and change [server] state_dir", "arrêtez le démon, déplacez le dossier sur un disque de cette machine et changez [server] state_dir";
    "TW-Q035": "{path} lies in memory ({kind}); a reboot would empty it", "{path} est en mémoire ({kind}) ; un redémarrage le viderait",
        "stop the daemon, move the folder to a disk, and change [server] state_dir", "arrêtez le démon, déplacez le dossier sur un disque et changez [server] state_dir";
    "TW-Q036": "only {free} are free; soon nothing can be written down", "il ne reste que {free} ; bientôt plus rien ne pourra être écrit",
        "see what takes the room: sudo du -xh --max-depth=2 {path} | sort -h | tail", "voyez ce qui prend la place : sudo du -xh --max-depth=2 {path} | sort -h | tail";
    "TW-Q037": "only {free} are free", "il ne reste que {free}",
        "see what takes the room: sudo du -xh --max-depth=2 {path} | sort -h | tail", "voyez ce qui prend la place : sudo du -xh --max-depth=2 {path} | sort -h | tail";
    "TW-Q038": "the free space is not known: {why}", "l’espace libre est inconnu : {why}",
        "df -h {path}", "df -h {path}";
    "TW-Q040": "the forge refuses it", "la forge le refuse",
        "make a new one with read:user and write:repository at {page}, and write it where forge.token points", "créez-en un avec read:user et write:repository sur {page}, et écrivez-le là où forge.token pointe";
    "TW-Q041": "it lacks the scope {scope}", "il lui manque la portée {scope}",
        "make a new one with read:user and write:repository at {page}, and write it where forge.token points", "créez-en un avec read:user et write:repository sur {page}, et écrivez-le là où forge.token pointe";
    "TW-Q042": "{login} sees no such repository", "{login} ne voit aucun dépôt de ce nom",
        "check the name, and give {login} the right to write at {members}", "vérifiez le nom, et donnez à {login} le droit d’écrire sur {members}";
    "TW-Q043": "{login} may read, but not write", "{login} peut lire, mais pas écrire",
        "give {login} the right to write at {members}", "donnez à {login} le droit d’écrire sur {members}";
    "TW-Q045": "the forge tells this to administrators of the repository only, and {login} is none",
        "la forge ne le dit qu’aux administrateurs du dépôt, et {login} n’en est pas un",
        "look yourself at {page}, or make {login} an administrator at {members}", "voyez vous-même sur {page}, ou rendez {login} administrateur sur {members}";
    "TW-Q046": "there is no branch {branch}", "il n’y a pas de branche {branch}",
        "change main in [[repository]], or make the branch: {page}", "changez main dans [[repository]], ou créez la branche : {page}";
    "TW-Q050": "there is none; tags are found by looking at the forge alone, minutes later",
        "il n’y en a pas ; les tags ne sont trouvés qu’en regardant la forge, des minutes plus tard",
        "add one at {page}: target {url}, application/json, the secret of forge.webhook_secrets, events {events}", "ajoutez-en un sur {page} : cible {url}, application/json, le secret de forge.webhook_secrets, événements {events}";
    "TW-Q051": "it is not active", "il n’est pas actif", "tick “Active” at {page}", "cochez « Actif » sur {page}";
    "TW-Q052": "its type is “{kind}”, which shortens names", "son type est « {kind} », qui abrège les noms",
        "remove it at {page}, and add one of the type Forgejo", "supprimez-le sur {page}, et ajoutez-en un du type Forgejo";
    "TW-Q053": "its content type is “{form}”, which is not read here", "son type de contenu est « {form} », qui n’est pas lu ici",
        "choose application/json at {page}", "choisissez application/json sur {page}";
    "TW-Q054": "it does not tell: {events}", "il ne signale pas : {events}", "tick these events at {page}", "cochez ces événements sur {page}";
    "TW-Q055": "it is right, but nothing has ever arrived from it", "il est correct, mais rien n’en est jamais arrivé",
        "press “Test delivery” at {page}; if Forgejo says that {url} is not allowed, set in its app.ini: [webhook] ALLOWED_HOST_LIST = {list}", "appuyez sur « Tester l’envoi » sur {page} ; si Forgejo dit que {url} n’est pas autorisé, mettez dans son app.ini : [webhook] ALLOWED_HOST_LIST = {list}";
    "TW-Q056": "it points at {url}, and people know this house as {public}", "il pointe sur {url}, et cette maison est connue comme {public}",
        "change the target URL at {page}, unless that is meant; the daemon would know whether anything arrives", "changez l’URL cible sur {page}, sauf si c’est voulu ; le démon saurait si quelque chose arrive";
    "TW-Q057": "{url} is an address that Forgejo does not call unless it is told to, and the daemon does not say whether anything arrives",
        "{url} est une adresse que Forgejo n’appelle que si on le lui dit, et le démon ne dit pas si quelque chose arrive",
        "set in Forgejo's app.ini: [webhook] ALLOWED_HOST_LIST = {list} — then press “Test delivery” at {page}", "mettez dans app.ini de Forgejo : [webhook] ALLOWED_HOST_LIST = {list} — puis appuyez sur « Tester l’envoi » sur {page}";
    "TW-Q058": "the forge lets everybody who may write make {pattern} tags on its pages", "la forge laisse quiconque peut écrire créer des tags {pattern} sur ses pages",
        "tagwarden hook install --protect", "tagwarden hook install --protect";
    "TW-Q059": "the forge protects {pattern}, which is not read here", "la forge protège {pattern}, qui n’est pas lu ici",
        "see that it catches every version, or add a rule with: tagwarden hook install --protect", "vérifiez qu’il couvre toute version, ou ajoutez une règle avec : tagwarden hook install --protect";
    "TW-Q060": "the forge's folders are not on this machine, or this account may not look into them",
        "les dossiers de la forge ne sont pas sur cette machine, ou ce compte n’y a pas accès",
        "on the forge's machine, as Forgejo's account: tagwarden doctor --hooks PATH; here: --skip hook", "sur la machine de la forge, avec le compte de Forgejo : tagwarden doctor --hooks CHEMIN ; ici : --skip hook";
    "TW-Q061": "{path} is neither a repository, nor the folder of all of them, nor the home folder of the forge's git",
        "{path} n’est ni un dépôt, ni le dossier de tous, ni le dossier home du git de la forge",
        "name the folder of [repository] ROOT, or from v16 on that of [git] HOME_PATH in Forgejo's app.ini", "indiquez le dossier de [repository] ROOT ou, dès la v16, celui de [git] HOME_PATH dans app.ini de Forgejo";
    "TW-Q062": "{path} is not there", "{path} n’existe pas",
        "as Forgejo's account: tagwarden hook install {named}", "avec le compte de Forgejo : tagwarden hook install {named}";
    "TW-Q063": "{path} is not executable, so it is not run", "{path} n’est pas exécutable, il n’est donc pas lancé",
        "as Forgejo's account: tagwarden hook install {named}", "avec le compte de Forgejo : tagwarden hook install {named}";
    "TW-Q064": "{path} is not the one of this version", "{path} n’est pas celui de cette version",
        "as Forgejo's account: tagwarden hook install {named}", "avec le compte de Forgejo : tagwarden hook install {named}";
    "TW-Q065": "the central hook guards it already, so {path} judges every push a second time",
        "le hook central le protège déjà ; {path} juge donc chaque push une seconde fois",
        "as Forgejo's account: rm {path}", "avec le compte de Forgejo : rm {path}";
    "TW-Q066": "pushes are judged, but from v16 on tags made by page or API are judged by the central hook alone",
        "les pushs sont jugés, mais dès la v16 seul le hook central juge les tags faits par page ou API",
        "as Forgejo's account: tagwarden hook install --all with the folder of [git] HOME_PATH", "avec le compte de Forgejo : tagwarden hook install --all avec le dossier de [git] HOME_PATH";
    "TW-Q067": "{path} may not be looked at by this account", "{path} n’est pas lisible par ce compte",
        "as Forgejo's account: tagwarden doctor --hooks PATH", "avec le compte de Forgejo : tagwarden doctor --hooks CHEMIN";
    "TW-Q068": "it is not in the folders that were looked at", "il n’est pas dans les dossiers examinés",
        "name its folder too: tagwarden doctor --hooks PATH", "indiquez aussi son dossier : tagwarden doctor --hooks CHEMIN";
    "TW-Q069": "it cannot be asked: {why}", "il ne peut être interrogé : {why}",
        "look yourself: ssh -p {port} {login}@{host}", "voyez vous-même : ssh -p {port} {login}@{host}";
    "TW-Q070": "it does not answer: {why}", "il ne répond pas : {why}",
        "look from this machine: ssh -v -p {port} {login}@{host}", "voyez depuis cette machine : ssh -v -p {port} {login}@{host}";
    "TW-Q071": "it does not let us in: {why}", "il ne nous laisse pas entrer : {why}",
        "add the daemon's public key to authorized_keys of {login}: ssh-copy-id -p {port} {login}@{host}", "ajoutez la clé publique du démon à authorized_keys de {login} : ssh-copy-id -p {port} {login}@{host}";
    "TW-Q072": "it shows another key than host_key", "il présente une autre clé que host_key",
        "this may be an attack: compare `ssh-keyscan -p {port} {host}` with /etc/ssh/ssh_host_*_key.pub on the host itself before you change host_key", "c’est peut-être une attaque : comparez « ssh-keyscan -p {port} {host} » avec /etc/ssh/ssh_host_*_key.pub sur l’hôte même avant de changer host_key";
    "TW-Q073": "it did not finish its answer: {why}", "il n’a pas terminé sa réponse : {why}",
        "look from this machine: ssh -v -p {port} {login}@{host}", "voyez depuis cette machine : ssh -v -p {port} {login}@{host}";
    "TW-Q074": "{login} may not use Docker there: {why}", "{login} n’a pas accès à Docker là-bas : {why}",
        "on the host: sudo systemctl start docker; sudo usermod -aG docker {login}", "sur l’hôte : sudo systemctl start docker ; sudo usermod -aG docker {login}";
    "TW-Q075": "it has no git that can be run: {why}", "il n’a pas de git utilisable : {why}",
        "on the host: sudo apt install git", "sur l’hôte : sudo apt install git";
    "TW-Q076": "{directory} cannot be entered: {why}", "{directory} est inaccessible : {why}",
        "on the host, as {login}: git clone ADDRESS {directory}", "sur l’hôte, avec le compte {login} : git clone ADRESSE {directory}";
    "TW-Q077": "{directory} is no clone: {why}", "{directory} n’est pas un clone : {why}",
        "on the host, as {login}: git clone ADDRESS {directory}", "sur l’hôte, avec le compte {login} : git clone ADRESSE {directory}";
    "TW-Q078": "it has no Docker Compose 2 or later: {why}", "il n’a pas Docker Compose 2 ou plus : {why}",
        "on the host: sudo apt install docker-compose-plugin", "sur l’hôte : sudo apt install docker-compose-plugin";
    "TW-Q079": "no folder for connections can be made", "impossible de créer un dossier pour les connexions",
        "set TMPDIR to a short path that can be written", "donnez à TMPDIR un chemin court accessible en écriture";
    "TW-Q085": "the unit is not installed, so nothing starts the daemon", "l’unité n’est pas installée ; rien ne démarre donc le démon",
        "sudo cp systemd/tagwarden.service /usr/lib/systemd/system/ && sudo systemctl daemon-reload && sudo systemctl enable --now tagwarden", "sudo cp systemd/tagwarden.service /usr/lib/systemd/system/ && sudo systemctl daemon-reload && sudo systemctl enable --now tagwarden";
    "TW-Q086": "the unit is not enabled, so a reboot would leave the daemon stopped", "l’unité n’est pas activée ; un redémarrage laisserait le démon arrêté",
        "sudo systemctl enable tagwarden", "sudo systemctl enable tagwarden";
    "TW-Q087": "the unit is exposed more than it was shipped: {exposure} of 10", "l’unité est plus exposée que livrée : {exposure} sur 10",
        "see which lines are missing: systemd-analyze security tagwarden.service", "voyez quelles lignes manquent : systemd-analyze security tagwarden.service";
    "TW-Q088": "the unit has failed", "l’unité a échoué",
        "journalctl -u tagwarden -e; then: sudo systemctl reset-failed tagwarden && sudo systemctl start tagwarden", "journalctl -u tagwarden -e ; puis : sudo systemctl reset-failed tagwarden && sudo systemctl start tagwarden";
    "TW-Q089": "systemd does not answer", "systemd ne répond pas",
        "systemctl status", "systemctl status";
    "TW-Q090": "{path} finds no tagwarden-hook, so it refuses every tag", "{path} ne trouve pas tagwarden-hook et refuse donc tout tag",
        "on the forge's machine: sudo install -m 755 tagwarden-hook /usr/bin/", "sur la machine de la forge : sudo install -m 755 tagwarden-hook /usr/bin/";
    "TW-Q091": "{path} is another version: {theirs}, and this is {ours}", "{path} est une autre version : {theirs}, et ceci est la {ours}",
        "on the forge's machine: sudo install -m 755 tagwarden-hook {path}", "sur la machine de la forge : sudo install -m 755 tagwarden-hook {path}";
    "TW-Q092": "the timer does not run, so new repositories are not guarded", "la minuterie ne tourne pas ; les nouveaux dépôts ne sont donc pas protégés",
        "sudo cp systemd/tagwarden-hooks.* /etc/systemd/system/ && sudo systemctl daemon-reload && sudo systemctl enable --now tagwarden-hooks.timer", "sudo cp systemd/tagwarden-hooks.* /etc/systemd/system/ && sudo systemctl daemon-reload && sudo systemctl enable --now tagwarden-hooks.timer";
};
