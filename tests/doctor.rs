//! `tagwarden doctor`, on houses that are really broken: real hooks, real SSH, a real daemon or none.

#![expect(clippy::unwrap_used, reason = "what a test cannot prepare fails it, as it should")]
#![allow(missing_docs, reason = "tests")]

#[path = "doctor/door.rs"]
mod door;
#[path = "doctor/forges.rs"]
mod forges;
#[path = "doctor/hosts.rs"]
mod hosts;
#[allow(dead_code, reason = "the stories of the terminal use the rest of it")]
#[path = "terminal/house.rs"]
mod house;
#[path = "doctor/house_rules.rs"]
mod house_rules;
mod machine;
#[path = "doctor/patient.rs"]
mod patient;
#[allow(dead_code, reason = "the stories of hosts use the rest of it")]
#[path = "world/sshd.rs"]
mod sshd;
#[path = "doctor/unit.rs"]
mod unit;
#[path = "doctor/whole.rs"]
mod whole;
