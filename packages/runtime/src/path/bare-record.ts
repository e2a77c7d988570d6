type BareRecordConstructor = new () => Record<string, string>;

/**
 * An object that inherits no member, so that names a client chose cannot meet any. V8 keeps `Object.create(null)` as a
 * hash table, which is slower to write and read for the few names of a request.
 */
export const BareRecord: BareRecordConstructor = /* @__PURE__ */ (() => {
  function Bare(): void {}
  Bare.prototype = Object.freeze(Object.create(null)) as object;
  return Bare as unknown as BareRecordConstructor;
})();
