//! The windows as people, programs and strangers meet them: over real sockets, before a fake house and the real one.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test, as it should")]

#[path = "web/calendars.rs"]
mod calendars;
#[path = "web/catalogue.rs"]
mod catalogue;
#[path = "web/doors.rs"]
mod doors;
#[path = "web/engine.rs"]
mod engine;
#[path = "web/fake.rs"]
mod fake;
#[path = "web/forms.rs"]
mod forms;
#[path = "web/hostile.rs"]
mod hostile;
#[path = "web/people.rs"]
mod people;
#[path = "web/programs.rs"]
mod programs;
#[path = "web/samples.rs"]
mod samples;
#[path = "web/sign_in.rs"]
mod sign_in;
#[path = "world/still.rs"]
mod still;
#[path = "web/streams.rs"]
mod streams;
#[path = "web/world.rs"]
mod world;
