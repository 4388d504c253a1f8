TEST(Guide, Shows) {
  // [snippet same]
  if (a) {
    b();
  }
  // [/snippet]
  // [snippet changed]
  const int answer = 42;
  // [/snippet]
  // [snippet longer]
  one();
  two();
  // [/snippet]
  // [snippet unused]
  nobody();
  // [/snippet]
  // [snippet same]
  twice();
  // [/snippet]
  // [/snippet]
  // [snippet open]
  // [snippet endless]
}
