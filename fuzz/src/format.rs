//! The file formats once more, from `docs/formats.md`: whether bytes are a file of a kind.

use ordvec::{IndexKind, MAX_DIM, MAX_SIGN_BITMAP_DIM, MAX_VECTORS};

/// Whether `bytes` are a whole file of `kind`, every row included.
pub fn valid(kind: IndexKind, bytes: &[u8]) -> bool {
    let Some((head, rows)) = bytes.split_at_checked(header_len(kind)) else {
        return false;
    };
    let (magic, fields) = head.split_at(4);
    let own: [&[u8; 4]; 2] = match kind {
        IndexKind::Rank => [b"OVR1", b"TVR1"],
        IndexKind::RankQuant => [b"OVRQ", b"TVRQ"],
        IndexKind::Bitmap => [b"OVBM", b"TVBM"],
        _ => [b"OVSB", b"TVSB"],
    };
    own.iter().any(|own| magic == *own) && fields[0] == 1 && body(kind, &fields[1..], rows)
}

fn header_len(kind: IndexKind) -> usize {
    match kind {
        IndexKind::RankQuant => 14,
        IndexKind::Bitmap => 17,
        _ => 13,
    }
}

fn number(fields: &[u8], at: usize) -> usize {
    let bytes = fields[at..at + 4].try_into().expect("four bytes");
    u32::from_le_bytes(bytes) as usize
}

/// The fields after the version, and the rows.
fn body(kind: IndexKind, fields: &[u8], rows: &[u8]) -> bool {
    let count = number(fields, fields.len() - 4);
    match kind {
        IndexKind::Rank => {
            let dim = number(fields, 0);
            (2..=MAX_DIM).contains(&dim) && each(rows, count, dim * 2, permutation)
        }
        IndexKind::RankQuant => {
            let (bits, dim) = (fields[0], number(fields, 1));
            if !matches!(bits, 1 | 2 | 4) || !(2..=MAX_DIM).contains(&dim) {
                return false;
            }
            let step = (1usize << bits).max(usize::from(8 / bits));
            let width = dim * usize::from(bits) / 8;
            dim.is_multiple_of(step) && each(rows, count, width, |row| composition(row, dim, bits))
        }
        IndexKind::Bitmap => {
            let (dim, n_top) = (number(fields, 0), number(fields, 4));
            whole_words(dim, MAX_DIM)
                && (1..dim).contains(&n_top)
                && each(rows, count, dim / 8, |row| ones(row) == n_top)
        }
        _ => {
            let dim = number(fields, 0);
            whole_words(dim, MAX_SIGN_BITMAP_DIM) && each(rows, count, dim / 8, |_| true)
        }
    }
}

fn whole_words(dim: usize, most: usize) -> bool {
    dim > 0 && dim <= most && dim.is_multiple_of(64)
}

/// Exactly `count` rows of `width` bytes, each of them `sound`.
fn each(rows: &[u8], count: usize, width: usize, sound: impl Fn(&[u8]) -> bool) -> bool {
    count <= MAX_VECTORS
        && rows.len() as u64 == count as u64 * width as u64
        && rows.chunks_exact(width).all(sound)
}

fn permutation(row: &[u8]) -> bool {
    let mut ranks: Vec<u16> = row
        .chunks_exact(2)
        .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
        .collect();
    ranks.sort_unstable();
    ranks.into_iter().map(usize::from).eq(0..row.len() / 2)
}

fn composition(row: &[u8], dim: usize, bits: u8) -> bool {
    let mut counts = vec![0; 1 << bits];
    for &byte in row {
        for position in 0..8 / bits {
            counts[usize::from(byte >> (position * bits)) % (1 << bits)] += 1;
        }
    }
    counts.iter().all(|&count| count == dim >> bits)
}

fn ones(row: &[u8]) -> usize {
    row.iter().map(|byte| byte.count_ones() as usize).sum()
}
