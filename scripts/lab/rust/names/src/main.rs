//! A name server of trust-dns-server's parts: zones from files, questions over UDP and TCP, a log of what was asked, and numbers of it now and
//! then. Arguments: a folder with zone files NAME.zone, a port, names of zones.
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::fs::{self, File, OpenOptions};
use tokio::io::{AsyncWriteExt, BufWriter};
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::mpsc;
use trust_dns_server::authority::{Catalog, ZoneType};
use trust_dns_server::client::rr::Name;
use trust_dns_server::server::{Request, RequestHandler, ResponseHandler, ResponseInfo};
use trust_dns_server::store::file::{FileAuthority, FileConfig};
use trust_dns_server::ServerFuture;

/// Between two writings of the numbers.
const REPORT_EVERY: Duration = Duration::from_millis(1500);
/// A client that sends nothing for so long is let go.
const TCP_PATIENCE: Duration = Duration::from_secs(3);
/// Lines of the log that wait to be written; a question waits where there is no room.
const LOG_ROOM: usize = 64;
/// Lines after which what was written goes to the file.
const LINES_A_WRITE: usize = 4;

type Counts = Arc<Mutex<HashMap<String, u64>>>;

/// Answers from the catalog, and tells of each question.
struct Names {
    catalog: Catalog,
    counts: Counts,
    log: mpsc::Sender<String>,
}

#[async_trait::async_trait]
impl RequestHandler for Names {
    async fn handle_request<R: ResponseHandler>(&self, request: &Request, response: R) -> ResponseInfo {
        let line = describe(request);
        let answered = self.catalog.handle_request(request, response).await;
        self.count(request, &answered);
        self.tell(line).await;
        answered
    }
}

impl Names {
    fn count(&self, request: &Request, answered: &ResponseInfo) {
        let key = format!("{} {}", request.query().query_type(), answered.response_code());
        *self.counts.lock().unwrap().entry(key).or_insert(0) += 1;
    }

    async fn tell(&self, line: String) {
        let _ = self.log.send(line).await;
    }
}

fn describe(request: &Request) -> String {
    let query = request.query();
    format!("{} {} {} {}\n", request.src(), request.protocol(), query.name(), query.query_type())
}

async fn write_log(path: PathBuf, mut lines: mpsc::Receiver<String>) -> std::io::Result<()> {
    let mut file = BufWriter::new(OpenOptions::new().create(true).append(true).open(path).await?);
    let mut waiting = 0;
    while let Some(line) = lines.recv().await {
        file.write_all(line.as_bytes()).await?;
        waiting += 1;
        if waiting >= LINES_A_WRITE {
            file.flush().await?;
            waiting = 0;
        }
    }
    Ok(())
}

async fn write_report(path: &Path, counts: &Counts) -> std::io::Result<()> {
    let text = report(&counts.lock().unwrap());
    let making = path.with_extension("new");
    let mut file = File::create(&making).await?;
    file.write_all(text.as_bytes()).await?;
    file.sync_all().await?;
    fs::rename(&making, path).await
}

fn report(counts: &HashMap<String, u64>) -> String {
    let mut lines: Vec<_> = counts.iter().map(|(key, count)| format!("{key} {count}\n")).collect();
    lines.sort();
    lines.concat()
}

async fn report_for_ever(path: PathBuf, counts: Counts) {
    loop {
        tokio::time::sleep(REPORT_EVERY).await;
        if let Err(error) = write_report(&path, &counts).await {
            eprintln!("names: {}: {error}", path.display());
        }
    }
}

fn load(folder: &Path, zone: &str) -> Result<FileAuthority, String> {
    let origin = Name::parse(zone, Some(&Name::root())).map_err(|error| error.to_string())?;
    let config = FileConfig { zone_file_path: format!("{zone}.zone") };
    FileAuthority::try_from_config(origin, ZoneType::Primary, true, Some(folder), &config)
}

fn catalog(folder: &Path, zones: &[String]) -> Result<Catalog, String> {
    let mut catalog = Catalog::new();
    for zone in zones {
        let authority = load(folder, zone)?;
        let origin = Name::parse(zone, Some(&Name::root())).map_err(|error| error.to_string())?;
        catalog.upsert(origin.into(), Box::new(Arc::new(authority)));
    }
    Ok(catalog)
}

#[tokio::main(worker_threads = 3)]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, port, zones @ ..] = arguments.as_slice() else {
        return Err("names FOLDER PORT ZONE...".into());
    };
    let folder = PathBuf::from(folder);
    let address = ("127.0.0.1", port.parse::<u16>()?);
    let counts = Counts::default();
    let (log, lines) = mpsc::channel(LOG_ROOM);
    tokio::spawn(write_log(folder.join("questions.log"), lines));
    tokio::spawn(report_for_ever(folder.join("numbers"), counts.clone()));
    let catalog = catalog(&folder, zones)?;
    let mut server = ServerFuture::new(Names { catalog, counts, log });
    server.register_socket(UdpSocket::bind(address).await?);
    server.register_listener(TcpListener::bind(address).await?, TCP_PATIENCE);
    server.block_until_done().await?;
    Ok(())
}
