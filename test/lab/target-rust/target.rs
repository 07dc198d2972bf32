//! What test/lab/rust.test.ts puts faults into. Every 2 ms two threads call work; a line tells what it gave.
use std::hint::black_box;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::time::{Duration, Instant};

static BODIES: AtomicI64 = AtomicI64::new(0);

struct Server {
    base: i64,
}

impl Server {
    #[inline(never)]
    fn work(&self, a: i64, rest: &i64, more: i64) -> i64 {
        BODIES.fetch_add(1, Relaxed);
        self.base + a + rest + more
    }

    #[inline(never)]
    fn caller(&self, who: &str) {
        BODIES.store(0, Relaxed);
        let from = Instant::now();
        let got = self.work(black_box(2), &black_box(3), black_box(4));
        let ms = from.elapsed().as_micros() as f64 / 1000.0;
        let bodies = BODIES.load(Relaxed);
        println!("{who} {} {} {bodies} {ms:.3}", got.max(0), i32::from(got < 0));
    }
}

/// What is moved into a function can be moved once.
#[inline(never)]
fn moved(text: String) -> usize {
    black_box(text).len()
}

fn go_on(who: &str) {
    let server = Server { base: black_box(100) };
    loop {
        server.caller(who);
        black_box(moved(who.to_owned()));
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn main() {
    std::thread::spawn(|| go_on("other"));
    go_on("main");
}
