//! A server of tokens: it knows `ada`, and signs what a registry of the CNCF takes (ES256 with the certificate in the
//! header).

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rcgen::SigningKey as _;
use serde_json::json;

use super::authority::{Authority, Certificate};
use super::server::{Reply, Request, Server};

/// A server of tokens, with TLS.
pub struct TokenServer {
    /// The server.
    pub server: Server,
    root: String,
}

impl std::fmt::Debug for TokenServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TokenServer at {}", self.server.host)
    }
}

impl TokenServer {
    /// One whose certificate is signed by an authority.
    ///
    /// # Panics
    /// No port is free.
    pub fn start(authority: &Authority) -> Self {
        let signer = Arc::new(authority.sign("tokens"));
        let server = Server::start_tls(&authority.sign("127.0.0.1"), move |request| {
            answer(request, &signer)
        });
        Self {
            server,
            root: authority.pem.clone(),
        }
    }

    /// Its address.
    pub fn realm(&self) -> String {
        format!("https://{}/token", self.server.host)
    }

    /// The certificate that its tokens are checked by.
    pub fn root(&self) -> &str {
        &self.root
    }
}

/// A token for who is known, one that is good for nothing for who is not, and no token for who lies.
fn answer(request: &Request, signer: &Certificate) -> Reply {
    let known = format!("Basic {}", STANDARD.encode("ada:lovelace"));
    let access = match request.authorization() {
        "" => json!([]),
        given if given == known => {
            let query = request
                .target
                .split_once('?')
                .map_or("", |(_, query)| query);
            let scope = query
                .split('&')
                .find_map(|pair| pair.strip_prefix("scope="))
                .unwrap_or_default();
            let scope = scope
                .replace("%3A", ":")
                .replace("%2F", "/")
                .replace("%2C", ",");
            let mut parts = scope.splitn(3, ':');
            let mut next = || parts.next().unwrap_or_default().to_owned();
            let (kind, name, actions) = (next(), next(), next());
            json!([{"type": kind, "name": name, "actions": actions.split(',').collect::<Vec<_>>()}])
        }
        _ => return Reply::status(401),
    };
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    let header = json!({"typ": "JWT", "alg": "ES256", "x5c": [STANDARD.encode(&signer.der)]});
    let claims = json!({
        "iss": "tests", "sub": "", "aud": "tests", "exp": now + 300, "nbf": now - 10, "iat": now - 10,
        "jti": "1", "access": access,
    });
    let encode = |part: &serde_json::Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let signed = format!("{}.{}", encode(&header), encode(&claims));
    let Ok(signature) = signer.key.sign(signed.as_bytes()) else {
        return Reply::status(500);
    };
    let token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(plain(&signature)));
    Reply::ok(json!({"token": token, "expires_in": 300}).to_string())
}

/// A signature of ECDSA in ASN.1 (a sequence of two integers) as the two numbers of 32 bytes that tokens have.
fn plain(signature: &[u8]) -> Vec<u8> {
    let mut rest = signature.get(2..).unwrap_or_default();
    let mut numbers = Vec::new();
    for _ in 0..2 {
        let length = usize::from(rest.get(1).copied().unwrap_or_default());
        let number = rest.get(2..2 + length).unwrap_or_default();
        let number = &number[number.len().saturating_sub(32)..];
        numbers.extend(std::iter::repeat_n(0, 32 - number.len()));
        numbers.extend(number);
        rest = rest.get(2 + length..).unwrap_or_default();
    }
    numbers
}
