//! How the rows of an integer product with ranks are gone over.
//!
//! Rows that are in a cache go together, so that each part of the query is loaded once. Rows that
//! are not go one by one and are asked for ahead: several streams at once are slower than memory.

/// Defines `int_rank` of a level with `$features`, from what its module and the one above hold:
/// `products::<N, FAR>(query, rows)` of `N` rows, asked for ahead where they are `FAR`, the number
/// `ROWS` that go together, and `wide_rank` for a query whose products do not fit 32 bits.
macro_rules! int_rank {
    ($features:literal) => {
        pub(super) fn int_rank(query: &RankInts, rows: &[u16], near: bool, out: &mut [i64]) {
            if query.run() == 1 {
                return super::wide_rank(query, rows, near, out);
            }
            // SAFETY: the table is used only where the level was detected.
            unsafe {
                if near {
                    each::<ROWS, false>(query, rows, out)
                } else {
                    each::<1, true>(query, rows, out)
                }
            }
        }

        /// `N` rows at a time, and those that are left one by one.
        #[target_feature(enable = $features)]
        fn each<const N: usize, const FAR: bool>(query: &RankInts, rows: &[u16], out: &mut [i64]) {
            let dim = query.values().len();
            assert_eq!(rows.len(), dim * out.len());
            let (groups, rest) = out.as_chunks_mut::<N>();
            let (of_groups, of_rest) = rows.split_at(groups.len() * N * dim);
            for (rows, out) in of_groups.chunks_exact(N * dim).zip(groups) {
                *out = products::<N, FAR>(query, rows);
            }
            for (row, out) in of_rest.chunks_exact(dim).zip(rest) {
                [*out] = products::<1, FAR>(query, row);
            }
        }
    };
}

pub(super) use int_rank;
