//! UUIDs as text: the spellings that RFC 9562 and its readers know, and the one written here.

/// The value of a UUID in hexadecimal of either case: 8-4-4-4-12, 32 digits without hyphens,
/// and either in braces or behind `urn:uuid:` (RFC 9562, section 4) when hyphenated.
pub(crate) fn parse_uuid(text: &str) -> Option<u128> {
    let braced = text
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'));
    let bare = braced.or_else(|| text.strip_prefix("urn:uuid:"));
    match bare.unwrap_or(text) {
        plain if plain.len() == 32 && bare.is_none() => digits(plain.bytes()),
        hyphenated if hyphenated.len() == 36 => {
            let groups = hyphenated.bytes().enumerate();
            let hyphen = |at| matches!(at, 8 | 13 | 18 | 23);
            let well_placed = groups
                .clone()
                .all(|(at, byte)| hyphen(at) == (byte == b'-'));
            let rest = groups.filter(|(at, _)| !hyphen(*at)).map(|(_, byte)| byte);
            well_placed.then(|| digits(rest)).flatten()
        }
        _ => None,
    }
}

fn digits(bytes: impl Iterator<Item = u8>) -> Option<u128> {
    bytes.into_iter().try_fold(0, |value, byte| {
        let digit = char::from(byte).to_digit(16)?;
        Some(value << 4 | u128::from(digit))
    })
}

/// Lower case, 8-4-4-4-12.
pub(crate) fn format_uuid(id: u128) -> String {
    let hex = format!("{id:032x}");
    let parts = [
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    ];
    parts.join("-")
}

#[cfg(test)]
mod tests {
    use super::{format_uuid, parse_uuid};

    const TEXT: &str = "7c66ad6e-bdde-49a8-b420-f1136d04f5bd";

    #[test]
    fn every_spelling_has_one_value() {
        let value = 0x7c66_ad6e_bdde_49a8_b420_f113_6d04_f5bd;
        for spelling in [
            TEXT.to_owned(),
            TEXT.to_uppercase(),
            TEXT.replace('-', ""),
            format!("{{{TEXT}}}"),
            format!("urn:uuid:{TEXT}"),
        ] {
            assert_eq!(parse_uuid(&spelling), Some(value), "{spelling}");
        }
        assert_eq!(format_uuid(value), TEXT);
    }

    #[test]
    fn other_texts_are_not_uuids() {
        for text in [
            "",
            "7c66ad6e-bdde-49a8-b420-f1136d04f5b",
            "7c66ad6e-bdde-49a8-b420-f1136d04f5bg",
            "7c66ad6eb-dde-49a8-b420-f1136d04f5bd",
            "7c66ad6e-bdde-49a8-b420-f1136d04f5-d",
            "7c66ad6ebdde49a8b420f1136d04f5b-",
            "+c66ad6e-bdde-49a8-b420-f1136d04f5bd",
            " 7c66ad6e-bdde-49a8-b420-f1136d04f5bd",
            "{7c66ad6e-bdde-49a8-b420-f1136d04f5bd",
            "{7c66ad6ebdde49a8b420f1136d04f5bd}",
            "urn:uuid:{7c66ad6e-bdde-49a8-b420-f1136d04f5bd}",
        ] {
            assert_eq!(parse_uuid(text), None, "{text:?}");
        }
    }
}
