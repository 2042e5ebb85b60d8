// SPDX-License-Identifier: GPL-2.0-only

//! A stand-in for the part of the `kernel` crate that the rules use, for hosts.
//!
//! Same names, same meaning, by the documentation of `rust/kernel/bitfield.rs`; only for `u64`.

pub use paste::paste;

/// `kernel::num`
pub mod num {
    /// An integer that fits in `N` bits.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Bounded<T, const N: u32>(T);

    impl<const N: u32> Bounded<u64, N> {
        /// A constant, checked at compile time.
        pub const fn new<const VALUE: u64>() -> Self {
            const { assert!(VALUE >> N == 0) };
            Self(VALUE)
        }

        /// The integer.
        pub const fn get(self) -> u64 {
            self.0
        }

        /// For the macro: a value that has been masked already.
        #[doc(hidden)]
        pub const fn __masked(value: u64) -> Self {
            Self(value)
        }
    }

    impl<const N: u32> From<bool> for Bounded<u64, N> {
        fn from(value: bool) -> Self {
            Self(value.into())
        }
    }

    impl From<Bounded<u64, 1>> for bool {
        fn from(value: Bounded<u64, 1>) -> Self {
            value.0 != 0
        }
    }

    impl From<u8> for Bounded<u64, 8> {
        fn from(value: u8) -> Self {
            Self(value.into())
        }
    }

    impl From<Bounded<u64, 8>> for u8 {
        fn from(value: Bounded<u64, 8>) -> Self {
            value.0 as u8
        }
    }
}

/// `kernel::bitfield!`
#[macro_export]
macro_rules! bitfield {
    ($(#[$attr:meta])* $vis:vis struct $name:ident(u64) {
        $($(#[$fattr:meta])* $hi:literal:$lo:literal $field:ident
          $(=> $into:ident)? $(?=> $try_into:ident)?;)*
    }) => {
        $(#[$attr])*
        #[derive(Clone, Copy, PartialEq, Eq)]
        $vis struct $name {
            inner: u64,
        }

        impl ::core::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                write!(f, concat!(stringify!($name), "({:#018x})"), self.inner)
            }
        }

        #[allow(dead_code)]
        impl $name {
            $vis const fn from_raw(inner: u64) -> Self {
                Self { inner }
            }

            $vis const fn into_raw(self) -> u64 {
                self.inner
            }
        }

        $($crate::bitfield!(@field $vis $name $hi $lo $field [$($into)?] [$($try_into)?]);)*
    };

    (@field $vis:vis $name:ident $hi:literal $lo:literal $field:ident
     [$($into:ident)?] [$($try_into:ident)?]) => {
        $crate::paste! {
            #[allow(dead_code)]
            impl $name {
                $vis const [<$field:upper _SHIFT>]: u32 = $lo;
                $vis const [<$field:upper _MASK>]: u64 = (u64::MAX >> (63 - $hi)) & (u64::MAX << $lo);

                fn [<__ $field>](self) -> $crate::num::Bounded<u64, { $hi - $lo + 1 }> {
                    $crate::num::Bounded::__masked((self.inner & Self::[<$field:upper _MASK>]) >> $lo)
                }

                $vis fn [<with_ $field>](
                    self,
                    value: impl Into<$crate::num::Bounded<u64, { $hi - $lo + 1 }>>,
                ) -> Self {
                    let value: $crate::num::Bounded<u64, { $hi - $lo + 1 }> = value.into();
                    Self {
                        inner: self.inner & !Self::[<$field:upper _MASK>] | value.get() << $lo,
                    }
                }
            }
            $crate::bitfield!(@get $vis $name $hi $lo $field [<__ $field>] [$($into)?] [$($try_into)?]);
        }
    };

    (@get $vis:vis $name:ident $hi:literal $lo:literal $field:ident $raw:ident [] []) => {
        #[allow(dead_code)]
        impl $name {
            $vis fn $field(self) -> $crate::num::Bounded<u64, { $hi - $lo + 1 }> {
                self.$raw()
            }
        }
    };
    (@get $vis:vis $name:ident $hi:literal $lo:literal $field:ident $raw:ident [$into:ident] []) => {
        #[allow(dead_code)]
        impl $name {
            $vis fn $field(self) -> $into {
                self.$raw().into()
            }
        }
    };
    (@get $vis:vis $name:ident $hi:literal $lo:literal $field:ident $raw:ident [] [$into:ident]) => {
        #[allow(dead_code)]
        impl $name {
            $vis fn $field(
                self,
            ) -> Result<
                $into,
                <$into as TryFrom<$crate::num::Bounded<u64, { $hi - $lo + 1 }>>>::Error,
            > {
                self.$raw().try_into()
            }
        }
    };
}
