//! The server at a TCP address.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

fn send(stream: &mut TcpStream, message: &Value) {
    let body = message.to_string();
    write!(stream, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
}

fn receive(stream: &mut BufReader<TcpStream>) -> Value {
    let mut length = 0;
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).unwrap();
        match line.trim().split_once(": ") {
            Some((_, value)) => length = value.parse().unwrap(),
            None => break,
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    serde_json::from_slice(&body).unwrap()
}

#[test]
fn one_client_is_served_at_an_address() {
    let mut server = Command::new(env!("CARGO_BIN_EXE_infragen"))
        .args(["lsp", "--tcp", "127.0.0.1:0"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut log = BufReader::new(server.stderr.take().unwrap());
    let mut line = String::new();
    log.read_line(&mut line).unwrap();
    let address = line.trim().rsplit(' ').next().unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    // So that the log is never full.
    std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));

    let mut answers = BufReader::new(stream.try_clone().unwrap());
    send(
        &mut stream,
        &json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": { "capabilities": {} } }),
    );
    assert_eq!(
        receive(&mut answers)["result"]["serverInfo"]["name"],
        "infragen"
    );
    send(
        &mut stream,
        &json!({ "jsonrpc": "2.0", "id": 2, "method": "shutdown" }),
    );
    assert_eq!(receive(&mut answers)["id"], 2);
    send(&mut stream, &json!({ "jsonrpc": "2.0", "method": "exit" }));
    assert!(server.wait().unwrap().success());
}

#[test]
fn an_address_that_is_none() {
    let output = Command::new(env!("CARGO_BIN_EXE_infragen"))
        .args(["lsp", "--tcp", "192.0.2.1:1"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(
        error.contains("no client can be waited for at 192.0.2.1:1"),
        "{error}"
    );
}
