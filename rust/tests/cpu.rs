// SPDX-License-Identifier: GPL-2.0-only

//! Which machines [`crate::cpu`] takes for able to run transactions.

/// By what user space reads in `AT_HWCAP2`.
#[kernel::macros::kunit_tests(kvm_pr_tm_cpu)]
mod tests {
    use crate::cpu::is_tm_usable;

    // The numbers that programs are compiled with.
    const HTM: u32 = 0x4000_0000;
    const HTM_NOSC: u32 = 0x0100_0000;
    const HTM_NO_SUSPEND: u32 = 0x0008_0000;

    #[test]
    fn transactions_need_the_facility_and_suspended_state() {
        for (features2, expected) in [
            (0, false),
            (HTM, true),
            (HTM | HTM_NOSC, true),
            (HTM_NOSC, false),
            (HTM | HTM_NO_SUSPEND, false),
            (HTM_NO_SUSPEND, false),
            (!HTM_NO_SUSPEND, true),
            (!HTM, false),
            (u32::MAX, false),
        ] {
            assert_eq!(is_tm_usable(features2), expected);
        }
    }
}
