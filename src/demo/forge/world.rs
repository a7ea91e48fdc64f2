//! What the small forge knows: people, teams, repositories, and everything that was posted to it.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use jiff::Timestamp;

use crate::demo::forge::courier::{Delivery, Job};
use crate::demo::forge::refs;
use crate::demo::forge::runs::RunSeen;
use crate::demo::forge::shapes;

/// A commit status, as it was posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusSeen {
    /// Its number.
    pub id: u64,
    /// The repository's full name.
    pub repository: String,
    /// The commit's full id.
    pub commit: String,
    /// `pending`, `success`, ….
    pub state: String,
    /// What it is about.
    pub context: String,
    /// The sentence.
    pub description: String,
    /// Where to read more.
    pub target_url: String,
    /// Who posted it; empty = Actions.
    pub creator: String,
    /// When.
    pub at: Timestamp,
}

/// A release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseSeen {
    /// Its number.
    pub id: u64,
    /// The repository's full name.
    pub repository: String,
    /// The tag's name.
    pub tag: String,
    /// The branch that was named with it.
    pub target: String,
    /// The title.
    pub name: String,
    /// The notes.
    pub body: String,
    /// Whether it is not public.
    pub draft: bool,
    /// Whether it is marked as a pre-release.
    pub prerelease: bool,
    /// Who made it.
    pub author: String,
    /// When.
    pub at: Timestamp,
}

/// A file that was written through the API, one entry for every commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileSeen {
    /// The repository, `owner/name`.
    pub repository: String,
    /// The branch.
    pub branch: String,
    /// The path.
    pub path: String,
    /// What was written.
    pub text: String,
    /// What the commit says.
    pub message: String,
}

/// An issue with its comments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssueSeen {
    /// Its number in the repository.
    pub number: u64,
    /// The repository's full name.
    pub repository: String,
    /// The title.
    pub title: String,
    /// The text.
    pub body: String,
    /// Who opened it.
    pub author: String,
    /// `open` or `closed`.
    pub state: String,
    /// The names of its labels.
    pub labels: Vec<String>,
    /// What was said in it, oldest first.
    pub comments: Vec<CommentSeen>,
    /// When it was opened.
    pub at: Timestamp,
    /// When something last happened to it.
    pub updated: Timestamp,
    /// How often it was changed.
    pub edits: usize,
}

/// A comment on an issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommentSeen {
    /// Its number on the instance.
    pub id: u64,
    /// Who wrote it.
    pub author: String,
    /// What it says now.
    pub body: String,
    /// Who reacted to it, and with what.
    pub reactions: Vec<(String, String)>,
    /// When it was written.
    pub at: Timestamp,
    /// When it was changed last.
    pub updated: Timestamp,
}

/// A call of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestSeen {
    /// `GET`, ….
    pub method: String,
    /// The path with its query.
    pub path: String,
    /// Who asked, if the token was known.
    pub person: Option<String>,
    /// The status of the answer.
    pub status: u16,
}

/// An account: a person or an organisation.
#[derive(Debug, Clone)]
pub struct User {
    pub id: u64,
    pub login: String,
    pub token: String,
    pub admin: bool,
    pub organisation: bool,
    pub created: Timestamp,
    /// What the token is limited to, such as `read:repository`; `None` = nothing.
    pub scopes: Option<Vec<String>>,
}

#[derive(Debug, Clone)]
pub struct Team {
    pub id: u64,
    pub organisation: String,
    pub name: String,
    pub permission: &'static str,
    pub members: Vec<String>,
}

#[derive(Debug, Clone)]
pub struct Hook {
    pub id: u64,
    pub url: String,
    pub secret: String,
    pub kind: String,
    pub content_type: String,
    pub events: Vec<String>,
    pub active: bool,
}

/// A rule about tags.
#[derive(Debug, Clone)]
pub struct Protection {
    pub pattern: String,
    pub users: Vec<String>,
    pub teams: Vec<String>,
    pub at: Timestamp,
}

#[derive(Debug, Clone)]
pub struct Repository {
    pub id: u64,
    pub owner: String,
    pub name: String,
    pub path: PathBuf,
    pub hooks: Vec<Hook>,
    pub protections: Vec<Protection>,
    pub created: Timestamp,
    /// The refs as the forge last knew them.
    pub known: BTreeMap<String, String>,
    /// Differences that were seen once by a comparison: ref and new value.
    pub suspected: BTreeMap<String, String>,
    /// How far the file of the post-receive script was read.
    pub read_to: u64,
}

impl Repository {
    pub fn full_name(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }
}

/// What somebody may do in a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Right {
    None,
    Write,
    Admin,
}

/// Everything the forge knows.
#[derive(Debug)]
pub struct World {
    pub root: PathBuf,
    pub base: String,
    pub version: String,
    pub started: Timestamp,
    pub users: Vec<User>,
    pub teams: Vec<Team>,
    pub repositories: Vec<Repository>,
    pub default_pusher: String,
    pub statuses: Vec<StatusSeen>,
    pub runs: Vec<RunSeen>,
    /// Whether it is an instance that keeps no record of runs.
    pub old_actions: bool,
    pub releases: Vec<ReleaseSeen>,
    pub issues: Vec<IssueSeen>,
    pub files: Vec<FileSeen>,
    pub last_comment: u64,
    /// Number, repository and name.
    pub labels: Vec<(u64, String, String)>,
    pub requests: Vec<RequestSeen>,
    pub deliveries: Vec<Delivery>,
    pub down: bool,
    pub fail_next: (u16, usize),
    pub lose_answers: usize,
    pub lose: usize,
    pub double: usize,
}

impl World {
    pub fn new(root: PathBuf, base: String, started: Timestamp) -> Self {
        Self {
            root,
            base,
            version: "16.0.0".to_owned(),
            started,
            users: Vec::new(),
            teams: Vec::new(),
            repositories: Vec::new(),
            default_pusher: String::new(),
            statuses: Vec::new(),
            runs: Vec::new(),
            old_actions: false,
            releases: Vec::new(),
            issues: Vec::new(),
            files: Vec::new(),
            last_comment: 0,
            labels: Vec::new(),
            requests: Vec::new(),
            deliveries: Vec::new(),
            down: false,
            fail_next: (0, 0),
            lose_answers: 0,
            lose: 0,
            double: 0,
        }
    }

    pub fn add_user(&mut self, login: &str) -> &User {
        if self.default_pusher.is_empty() {
            login.clone_into(&mut self.default_pusher);
        }
        self.account(login, false)
    }

    pub fn make_admin(&mut self, login: &str) {
        for user in self.users.iter_mut().filter(|user| user.login.eq_ignore_ascii_case(login)) {
            user.admin = true;
        }
    }

    fn account(&mut self, login: &str, organisation: bool) -> &User {
        let place = self.users.iter().position(|user| user.login.eq_ignore_ascii_case(login));
        let place = place.unwrap_or_else(|| {
            let id = self.users.len() as u64 + 1;
            self.users.push(User {
                id,
                login: login.to_owned(),
                // The form of a real token: 40 hexadecimal digits.
                token: format!("{id:040x}"),
                admin: false,
                organisation,
                created: self.started,
                scopes: None,
            });
            self.users.len() - 1
        });
        &self.users[place]
    }

    pub fn user(&self, login: &str) -> Option<&User> {
        self.users.iter().find(|user| user.login.eq_ignore_ascii_case(login))
    }

    pub fn add_team(&mut self, organisation: &str, name: &str, members: &[&str]) {
        self.account(organisation, true);
        for member in members {
            self.add_user(member);
        }
        if !self.teams.iter().any(|team| team.organisation == organisation) {
            self.push_team(organisation, "Owners", "owner", &[]);
        }
        match self.teams.iter_mut().find(|team| team.organisation == organisation && team.name == name) {
            Some(team) => team.members = members.iter().map(ToString::to_string).collect(),
            None => self.push_team(organisation, name, "write", members),
        }
    }

    fn push_team(&mut self, organisation: &str, name: &str, permission: &'static str, members: &[&str]) {
        self.teams.push(Team {
            id: self.teams.len() as u64 + 1,
            organisation: organisation.to_owned(),
            name: name.to_owned(),
            permission,
            members: members.iter().map(ToString::to_string).collect(),
        });
    }

    pub fn add_repository(&mut self, full_name: &str, now: Timestamp) -> io::Result<PathBuf> {
        let (owner, name) = full_name.split_once('/').ok_or_else(|| missing("an owner before the name"))?;
        if self.place_of(full_name).is_some() {
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, full_name.to_owned()));
        }
        self.account(owner, true);
        let path = self.root.join(owner).join(format!("{name}.git"));
        self.repositories.push(Repository {
            id: self.repositories.len() as u64 + 1,
            owner: owner.to_owned(),
            name: name.to_owned(),
            path: path.clone(),
            hooks: Vec::new(),
            protections: Vec::new(),
            created: now,
            known: BTreeMap::new(),
            suspected: BTreeMap::new(),
            read_to: 0,
        });
        Ok(path)
    }

    pub fn add_webhook(&mut self, repository: &str, url: &str, secret: &str) -> io::Result<()> {
        let place = self.place_of(repository).ok_or_else(|| missing(repository))?;
        let hooks = &mut self.repositories[place].hooks;
        hooks.push(Hook {
            id: hooks.len() as u64 + 1,
            url: url.to_owned(),
            secret: secret.to_owned(),
            kind: "forgejo".to_owned(),
            content_type: "json".to_owned(),
            events: ["create", "delete", "push", "release", "issue_comment"].map(ToOwned::to_owned).to_vec(),
            active: true,
        });
        Ok(())
    }

    pub fn place_of(&self, full_name: &str) -> Option<usize> {
        self.repositories.iter().position(|repository| repository.full_name().eq_ignore_ascii_case(full_name))
    }

    /// Returns what `user` may do: administrators everything, the owner and the organisation's teams their part.
    pub fn right(&self, user: &User, repository: &Repository) -> Right {
        if user.admin || user.login.eq_ignore_ascii_case(&repository.owner) {
            return Right::Admin;
        }
        let of_team = |team: &&Team| {
            team.organisation.eq_ignore_ascii_case(&repository.owner)
                && team.members.iter().any(|member| member.eq_ignore_ascii_case(&user.login))
        };
        let rights = self.teams.iter().filter(of_team).map(|team| match team.permission {
            "owner" => Right::Admin,
            _ => Right::Write,
        });
        rights.max().unwrap_or(Right::None)
    }

    /// Makes a tag without any hook, and returns what its ref points at and the webhooks that follow.
    pub fn make_tag(
        &mut self,
        repository: &str,
        tag: &str,
        target: &str,
        message: Option<&str>,
        person: &str,
        now: Timestamp,
    ) -> io::Result<(String, Vec<Job>)> {
        let place = self.place_of(repository).ok_or_else(|| missing(repository))?;
        let made = refs::make_tag(&self.repositories[place].path, tag, target, message, person, now)?;
        let reference = format!("refs/tags/{tag}");
        self.repositories[place].known.insert(reference.clone(), made.object.clone());
        // What is made here names the commit, even when an annotated tag was asked for.
        let jobs = shapes::ref_changed(self, place, &reference, None, Some(&made.commit), person);
        Ok((made.object, jobs))
    }

    /// Deletes a tag without any hook, and returns the webhooks that follow.
    pub fn delete_tag(&mut self, place: usize, tag: &str, person: &str) -> io::Result<Vec<Job>> {
        let reference = format!("refs/tags/{tag}");
        let path = self.repositories[place].path.clone();
        let commit = refs::commit_of(&path, &reference)?;
        refs::delete(&path, &reference)?;
        self.repositories[place].known.remove(&reference);
        Ok(shapes::ref_changed(self, place, &reference, Some(&commit), None, person))
    }
}

fn missing(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, what.to_owned())
}
