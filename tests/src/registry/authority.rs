//! An authority of a test, which signs the certificates of its servers.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// An authority that nobody trusts who is not told to.
#[derive(Debug)]
pub struct Authority {
    /// Its certificate, in PEM.
    pub pem: String,
    issuer: Issuer<'static, KeyPair>,
}

/// The certificate of a server with its key.
#[derive(Debug)]
pub struct Certificate {
    /// The certificate, in PEM.
    pub pem: String,
    /// The certificate, in DER.
    pub der: Vec<u8>,
    /// Its key.
    pub key: KeyPair,
}

#[allow(clippy::unwrap_used)] // without them there is no test
impl Authority {
    /// A new one.
    ///
    /// # Panics
    /// The random numbers have run out.
    pub fn new() -> Self {
        Self::named("an authority of tests")
    }

    /// One with a name.
    ///
    /// # Panics
    /// The random numbers have run out.
    pub fn named(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self {
            pem,
            issuer: Issuer::new(params, key),
        }
    }

    /// A certificate for a name or an IP address.
    ///
    /// # Panics
    /// That is no name.
    pub fn sign(&self, name: &str) -> Certificate {
        self.sign_with(CertificateParams::new([name.to_owned()]).unwrap())
    }

    /// A certificate that was good last century.
    ///
    /// # Panics
    /// That is no name.
    pub fn sign_expired(&self, name: &str) -> Certificate {
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        params.not_before = rcgen::date_time_ymd(1990, 1, 1);
        params.not_after = rcgen::date_time_ymd(1999, 1, 1);
        self.sign_with(params)
    }

    fn sign_with(&self, params: CertificateParams) -> Certificate {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Certificate {
            pem: certificate.pem(),
            der: certificate.der().to_vec(),
            key,
        }
    }
}

impl Default for Authority {
    fn default() -> Self {
        Self::new()
    }
}

impl Certificate {
    /// What a server with this certificate is configured with.
    ///
    /// # Panics
    /// The key is of another certificate.
    #[allow(clippy::unwrap_used)] // see above
    pub fn server_config(&self) -> Arc<ServerConfig> {
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![self.der.clone().into()], key)
            .unwrap();
        Arc::new(config)
    }
}
