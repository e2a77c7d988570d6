/** A whole new document: nothing that was made for nobody, or for somebody else, is kept. */
export function enter(): void {
  window.location.assign("/");
}
