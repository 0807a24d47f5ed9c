//! Arbitrary bytes as the arguments of calls. Bytes that have run out read as zero.

/// The bytes that are left.
pub struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub fn byte(&mut self) -> u8 {
        match self.0.split_first() {
            Some((&first, rest)) => {
                self.0 = rest;
                first
            }
            None => 0,
        }
    }

    pub fn u16(&mut self) -> u16 {
        u16::from_le_bytes([self.byte(), self.byte()])
    }

    pub fn u32(&mut self) -> u32 {
        u32::from(self.u16()) | u32::from(self.u16()) << 16
    }

    /// A number from 0 to `most`, which is at most 255.
    pub fn up_to(&mut self, most: usize) -> usize {
        usize::from(self.byte()) % (most + 1)
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.up_to(from.len() - 1)]
    }

    /// A count of results to ask for, often at an edge of `rows`.
    pub fn k(&mut self, rows: usize) -> usize {
        let any = usize::from(self.byte());
        self.pick(&[any % 8, 0, rows, rows + 1, usize::MAX])
    }

    /// The bytes that are left, at most `most`.
    pub fn bytes(&mut self, most: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(self.0.len().min(most));
        self.0 = rest;
        taken
    }

    /// `count` floats: of few values, so that ties occur; of any bits, NaN included; or noise, which
    /// costs no input.
    pub fn floats(&mut self, count: usize) -> Vec<f32> {
        match self.up_to(2) {
            0 => (0..count)
                .map(|_| f32::from(self.byte() as i8) / 8.0)
                .collect(),
            1 => (0..count).map(|_| f32::from_bits(self.u32())).collect(),
            _ => noise(count, self.u16()),
        }
    }

    /// [`Input::floats`] without NaN and infinity.
    pub fn finite(&mut self, count: usize) -> Vec<f32> {
        let mut values = self.floats(count);
        values
            .iter_mut()
            .filter(|value| !value.is_finite())
            .for_each(|value| *value = 0.25);
        values
    }
}

/// Deterministic values in [-1, 1).
pub fn noise(count: usize, seed: u16) -> Vec<f32> {
    let mut state = u64::from(seed) << 1 | 1;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..count).map(|_| next()).collect()
}
