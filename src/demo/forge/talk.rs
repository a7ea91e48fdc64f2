//! What do people write on the pages of the small forge? Issues, comments, and changes of others' comments.

use std::io;

use crate::demo::forge::world::IssueSeen;
use crate::demo::forge::{FakeForge, threads};

impl FakeForge {
    /// Adds a label to a repository.
    pub fn add_label(&self, repository: &str, name: &str) {
        let mut world = self.shared.world();
        let id = world.labels.len() as u64 + 1;
        world.labels.push((id, repository.to_owned(), name.to_owned()));
    }

    /// Opens an issue as a person does on the pages; returns its number.
    pub fn open_issue(&self, repository: &str, person: &str, title: &str, body: &str) -> u64 {
        let now = self.shared.clock.now();
        let mut world = self.shared.world();
        world.add_user(person);
        let place = threads::open(&mut world, repository, person, (title, body), Vec::new(), now);
        world.issues[place].number
    }

    /// Changes the text of an issue as somebody does on the pages who may write.
    ///
    /// # Errors
    /// When there is no such issue.
    pub fn edit_issue(&self, repository: &str, issue: u64, text: &str) -> io::Result<()> {
        let now = self.shared.clock.now();
        let mut world = self.shared.world();
        let mine = |seen: &&mut IssueSeen| seen.repository == repository && seen.number == issue;
        let seen = world.issues.iter_mut().find(mine).ok_or(io::ErrorKind::NotFound)?;
        seen.body = text.to_owned();
        seen.updated = now;
        Ok(())
    }

    /// Writes a comment as a person does on the pages; returns its number.
    ///
    /// # Errors
    /// When there is no such issue.
    pub fn comment(&self, repository: &str, issue: u64, person: &str, text: &str) -> io::Result<u64> {
        let now = self.shared.clock.now();
        let (comment, jobs) = {
            let mut world = self.shared.world();
            world.add_user(person);
            let mine = |seen: &IssueSeen| seen.repository == repository && seen.number == issue;
            let place = world.issues.iter().position(mine).ok_or(io::ErrorKind::NotFound)?;
            threads::say(&mut world, place, person, text, now)
        };
        self.shared.post(jobs);
        Ok(comment.id)
    }

    /// Changes a comment as a person does on the pages, be it their own or another's.
    ///
    /// # Errors
    /// When there is no such comment.
    pub fn edit_comment(&self, repository: &str, id: u64, person: &str, text: &str) -> io::Result<()> {
        let now = self.shared.clock.now();
        let jobs = {
            let mut world = self.shared.world();
            world.add_user(person);
            let found = threads::find(&world, repository, &id.to_string());
            threads::edit(&mut world, found.ok_or(io::ErrorKind::NotFound)?, person, text, now)
        };
        self.shared.post(jobs);
        Ok(())
    }
}
