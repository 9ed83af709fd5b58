//! Which hosts are asked directly although there is a proxy: `NO_PROXY`, as Go reads it.
//! [golang.org/x/net/http/httpproxy: config.init, useProxy]

use std::net::IpAddr;

/// Whether a host, with a port or without, is asked directly. This machine itself always is.
pub(crate) fn is_direct(tls: bool, host: &str, except: &str) -> bool {
    let usual = if tls { "443" } else { "80" };
    let (name, port) = split(host);
    let port = port.unwrap_or(usual);
    let name = name.to_ascii_lowercase();
    let address = name.parse::<IpAddr>().ok();
    let is_here = address.map_or(name == "localhost", |address| address.is_loopback());
    let mut listed = except.split(',').map(str::trim);
    is_here || listed.any(|listed| fits(listed, &name, address, port))
}

/// Whether an entry of the list means a host.
fn fits(listed: &str, name: &str, address: Option<IpAddr>, port: &str) -> bool {
    if listed == "*" {
        return true;
    }
    if let Some((network, bits)) = listed.split_once('/') {
        let network = network.parse::<IpAddr>().ok();
        return network.zip(address).is_some_and(|(network, address)| {
            bits.parse()
                .is_ok_and(|bits| is_within(address, network, bits))
        });
    }
    let (listed, only) = split(listed);
    if only.is_some_and(|only| only != port) {
        return false;
    }
    if let Ok(listed) = listed.parse::<IpAddr>() {
        return address == Some(listed);
    }
    let listed = listed.to_ascii_lowercase();
    // `*.a.b` and `.a.b` are what is below `a.b`; `a.b` is that itself too.
    let below = match listed.starts_with("*.") {
        true => &listed[1..],
        false => &listed,
    };
    match below.strip_prefix('.') {
        Some("") => false,
        Some(_) => name.ends_with(below),
        None => {
            let rest = name.strip_suffix(below);
            !below.is_empty() && rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        }
    }
}

/// Whether an address is in a network of which the first bits are given.
fn is_within(address: IpAddr, network: IpAddr, bits: u32) -> bool {
    let numbers = |address| match address {
        IpAddr::V4(address) => (u128::from(u32::from(address)) << 96, 32),
        IpAddr::V6(address) => (u128::from(address), 128),
    };
    let ((address, width), (network, other)) = (numbers(address), numbers(network));
    // Bits beyond the first ones do not count; of no bits every address is in it.
    let rest = 128u32.saturating_sub(bits);
    width == other
        && bits <= width
        && address.checked_shr(rest).unwrap_or(0) == network.checked_shr(rest).unwrap_or(0)
}

/// Host and port; an address of version 6 may stand in brackets.
fn split(host: &str) -> (&str, Option<&str>) {
    if let Some(rest) = host.strip_prefix('[') {
        let (name, rest) = rest.split_once(']').unwrap_or((rest, ""));
        return (name, rest.strip_prefix(':').filter(|port| !port.is_empty()));
    }
    match host.split_once(':') {
        Some((name, port)) if !port.contains(':') => {
            (name, Some(port).filter(|port| !port.is_empty()))
        }
        // Many colons are an address of version 6.
        _ => (host, None),
    }
}

#[cfg(test)]
mod tests {
    use super::is_direct;

    fn direct(except: &str, host: &str) -> bool {
        is_direct(true, host, except)
    }

    #[test]
    fn this_machine_is_asked_directly() {
        for host in ["127.0.0.1:5000", "localhost", "LOCALHOST:1", "[::1]:80"] {
            assert!(direct("", host), "{host}");
        }
        assert!(!direct("", "ghcr.io") && !direct(",", "ghcr.io"));
    }

    #[test]
    fn a_name_is_that_host_and_all_below_it() {
        for except in [
            "example.com",
            "Example.com",
            "a.b, example.com",
            "*",
            "r.example.com",
        ] {
            assert!(direct(except, "r.example.com"), "{except}");
            assert!(direct(except, "r.example.com:5000"), "{except}");
        }
        assert!(direct("example.com", "example.com"));
        assert!(direct("example.com:", "r.example.com:5000"));
        assert!(!direct("*example.com", "r.example.com"));
        for except in [".example.com", "*.example.com"] {
            assert!(direct(except, "r.example.com"), "{except}");
            assert!(!direct(except, "example.com"), "{except}");
        }
        for except in ["example.com", ".example.com", ".", "", "*."] {
            assert!(!direct(except, "notexample.com"), "{except}");
        }
    }

    #[test]
    fn a_port_must_be_that_of_the_request() {
        assert!(direct("r.example.com:5000", "r.example.com:5000"));
        assert!(!direct("r.example.com:5000", "r.example.com"));
        assert!(direct("r.example.com:443", "r.example.com"));
        assert!(is_direct(false, "r.example.com", "r.example.com:80"));
        assert!(direct("10.1.2.3:5000", "10.1.2.3:5000") && !direct("10.1.2.3:1", "10.1.2.3"));
    }

    #[test]
    fn addresses_may_be_given_as_networks() {
        assert!(direct("10.0.0.0/8", "10.1.2.3:5000") && !direct("10.0.0.0/8", "11.1.2.3"));
        assert!(direct("0.0.0.0/0", "11.1.2.3") && direct("192.168.1.7/32", "192.168.1.7"));
        assert!(direct("fd00::/8", "[fd12::1]:443") && !direct("fd00::/8", "[fe80::1]"));
        assert!(direct("fd00::1", "[fd00::1]"));
        for wrong in ["10.0.0.0/33", "10.0.0.0/x", "a.b/8", "/"] {
            assert!(!direct(wrong, "10.0.0.1"), "{wrong}");
        }
        // A name is no address.
        assert!(!direct("0.0.0.0/0", "ghcr.io"));
    }
}
