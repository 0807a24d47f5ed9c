//! Portable loops compiled for the instructions of a level.

/// Defines, for each kernel, a safe function that runs the portable one with `$features`.
///
/// The portable functions are `inline(always)`, so the compiler vectorises them for the wider
/// registers. It may not contract or reorder float operations, so the results stay the same.
macro_rules! compiled {
    ($features:literal: $($name:ident($($argument:ident: $kind:ty),*) $(-> $result:ty)? = $portable:path;)*) => {$(
        pub(super) fn $name($($argument: $kind),*) $(-> $result)? {
            #[target_feature(enable = $features)]
            fn inner($($argument: $kind),*) $(-> $result)? {
                $portable($($argument),*)
            }
            // SAFETY: a table is used only after its level was detected.
            unsafe { inner($($argument),*) }
        }
    )*};
}

pub(super) use compiled;
