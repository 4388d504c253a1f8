// [snippet untested]
not_in_a_test();
// [/snippet]
