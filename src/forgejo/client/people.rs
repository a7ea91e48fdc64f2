//! Who is in which team, and who may do what?

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::domain::names::{Person, RepositoryName};
use crate::forgejo::client::{Forge, ForgeError, found};

/// A team of an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Team {
    /// Its number.
    pub id: u64,
    /// Its name.
    pub name: String,
}

/// What a person may do in a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Permission {
    /// Nothing.
    None,
    /// Read.
    Read,
    /// Push.
    Write,
    /// Change settings.
    Admin,
    /// Everything.
    Owner,
}

impl Permission {
    fn of(word: &str) -> Option<Self> {
        Some(match word {
            "none" => Self::None,
            "read" => Self::Read,
            "write" => Self::Write,
            "admin" => Self::Admin,
            "owner" => Self::Owner,
            _ => return None,
        })
    }
}

impl Forge {
    /// Returns the login of the token's account.
    ///
    /// # Errors
    /// As every call: see [`ForgeError`].
    pub async fn own_login(&self) -> Result<Person, ForgeError> {
        #[derive(Deserialize)]
        struct User {
            login: Person,
        }
        let user: User = self.get("user", &["user"]).await?;
        Ok(user.login)
    }

    /// Returns the team `name` of `organisation`, or `None`; names are compared without case, as Forgejo does.
    ///
    /// # Errors
    /// As every call; only members of the organisation may ask.
    pub async fn team(&self, organisation: &str, name: &str) -> Result<Option<Team>, ForgeError> {
        let teams: Option<Vec<Team>> = found(self.list("teams", &["orgs", organisation, "teams"]).await)?;
        Ok(teams.into_iter().flatten().find(|team| team.name.eq_ignore_ascii_case(name)))
    }

    /// Returns whether `person` is in the team `team` of `organisation`; nobody is in a team that does not exist.
    ///
    /// # Errors
    /// As every call: see [`ForgeError`].
    pub async fn is_in_team(
        &self,
        organisation: &str,
        team: &str,
        person: &Person,
    ) -> Result<bool, ForgeError> {
        let Some(team) = self.team(organisation, team).await? else { return Ok(false) };
        let id = team.id.to_string();
        let path = ["teams", &id, "members", person.as_str()];
        let member: Option<IgnoredAny> = found(self.get("team member", &path).await)?;
        Ok(member.is_some())
    }

    /// Returns everybody who is in the team `team` of `organisation`; nobody when it does not exist.
    ///
    /// # Errors
    /// As every call: see [`ForgeError`].
    pub async fn members(&self, organisation: &str, team: &str) -> Result<Vec<Person>, ForgeError> {
        #[derive(Deserialize)]
        struct Member {
            login: Person,
        }
        let Some(team) = self.team(organisation, team).await? else { return Ok(Vec::new()) };
        let members: Option<Vec<Member>> =
            found(self.list("team members", &["teams", &team.id.to_string(), "members"]).await)?;
        Ok(members.into_iter().flatten().map(|member| member.login).collect())
    }

    /// Returns what `person` may do in the repository; the token's account must be its administrator to ask.
    ///
    /// # Errors
    /// As every call; status 403 when the account may not ask.
    pub async fn permission(
        &self,
        repository: &RepositoryName,
        person: &Person,
    ) -> Result<Permission, ForgeError> {
        #[derive(Deserialize)]
        struct Answer {
            permission: String,
        }
        let call = "permission";
        let path =
            ["repos", repository.owner(), repository.name(), "collaborators", person.as_str(), "permission"];
        let Some(answer) = found(self.get::<Answer>(call, &path).await)? else {
            return Ok(Permission::None);
        };
        let why = "it names a right that is not known";
        Permission::of(&answer.permission).ok_or(ForgeError::Unreadable { call, why, source: None })
    }
}
