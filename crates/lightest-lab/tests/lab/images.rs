//! Guests are the same bytes each time they are built.

use lightest_guests::Store;

use crate::{guest, host};

#[test]
fn building_again_from_the_same_packages_gives_the_same_bytes() {
    let store = Store::of_user().expect("a cache directory");
    for name in ["linux_direct_x64", "small_x64", "guest_test_uefi_x64"] {
        let kept = guest(name);
        let again = store.build(name, &host(), &mut |_| ()).expect("it can be built again");
        // A package that changed since is another input, and no promise about bytes.
        if kept.inputs == again.inputs {
            assert_eq!(kept.outputs, again.outputs, "{name}");
        }
    }
}
