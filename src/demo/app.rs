//! The application that is released in the demo: it serves what is checked out in its folder, and is as well as that
//! says; a file `fault` beside the folder names a version that falls ill later.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use warp::Filter;
use warp::http::StatusCode;
use warp::reply::{self, Reply};

/// An application that listens on loopback until it is dropped.
#[derive(Debug)]
pub struct App {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl App {
    /// Serves `folder` on a free port.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn start(folder: &Path) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let health = with(folder, warp::path!("health")).map(|folder: PathBuf| health(&folder));
        let page = with(folder, warp::path::end()).map(|folder: PathBuf| page(&folder));
        let routes = warp::get().and(health.or(page));
        let task = tokio::spawn(warp::serve(routes).incoming(listener).run());
        Ok(Self { address, task })
    }

    /// Returns the address, without a trailing slash.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for App {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn with<P>(
    folder: &Path,
    path: P,
) -> impl Filter<Extract = (PathBuf,), Error = warp::Rejection> + Clone + use<P>
where
    P: Filter<Extract = (), Error = warp::Rejection> + Clone,
{
    let folder = folder.to_owned();
    path.map(move || folder.clone())
}

fn said(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap_or_default().trim().to_owned()
}

fn health(folder: &Path) -> impl Reply + use<> {
    let fallen_ill =
        !said(folder, "version").is_empty() && said(folder, "../fault") == said(folder, "version");
    let health = if fallen_ill { "ill".to_owned() } else { said(folder, "health") };
    let status = if health == "ok" { StatusCode::OK } else { StatusCode::INTERNAL_SERVER_ERROR };
    reply::with_status(health, status)
}

fn page(folder: &Path) -> impl Reply + use<> {
    reply::with_status(format!("Bridge {}\n", said(folder, "version")), StatusCode::OK)
}
