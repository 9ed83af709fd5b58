use camino::Utf8Path;
use infragen_rules::check;
use infragen_workspace::*;
use std::time::Instant;
fn all(db: &dyn Db, root: Root) -> Vec<SourceFile> {
    let mut v = vec![];
    let mut s: Vec<_> = root.top(db).into_iter().collect();
    while let Some(d) = s.pop() {
        v.extend(d.files(db));
        s.extend(d.directories(db));
    }
    v
}
fn main() {
    let top = Utf8Path::new("/tmp/gen10k");
    let mut ws = Workspace::new();
    let t = Instant::now();
    let root = ws.open_root(top);
    println!("open {:?}", t.elapsed());
    let t = Instant::now();
    let files = all(ws.db(), root);
    let snap = ws.snapshot();
    snap_index(&ws, root);
    println!("index {:?}", t.elapsed());
    drop(snap);
    let t = Instant::now();
    let n: usize = files.iter().map(|f| check(ws.db(), *f).len()).sum();
    println!("check all {:?} {n}", t.elapsed());
    let t = Instant::now();
    let n: usize = files.iter().map(|f| check(ws.db(), *f).len()).sum();
    println!("again {:?} {n}", t.elapsed());
    for path in std::env::args().skip(1) {
        let path = top.join(path);
        let file = ws.file(&path).unwrap();
        let text0 = text(ws.db(), file).unwrap();
        let t = Instant::now();
        ws.set_buffer(&path, Some(text0.clone()));
        check(ws.db(), file);
        println!("{path}\n  opened {:?}", t.elapsed());
        let at = std::env::var("AT")
            .map(|w| text0.rfind(&w).map_or(text0.len(), |i| i + w.len()))
            .unwrap_or(text0.len());
        for i in 0..4 {
            let mut s = text0.to_string();
            s.insert_str(at, &"x".repeat(i));
            let t = Instant::now();
            ws.set_buffer(&path, Some(s.into()));
            let n = check(ws.db(), file).len();
            let own = t.elapsed();
            let t = Instant::now();
            let m: usize = files.iter().map(|f| check(ws.db(), *f).len()).sum();
            println!("  key {own:?} ({n}) all {:?} ({m})", t.elapsed());
        }
        ws.set_buffer(&path, None);
    }
}
fn snap_index(ws: &Workspace, root: Root) {
    ws.index(root, &|_, _| {});
}
