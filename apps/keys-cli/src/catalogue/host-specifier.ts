/** What a host's `keys/<slug>` imports a module by: in documents it takes the place of the package's name. */
export function hostSpecifier(slug: string): string {
  return `../modules/${slug}/esm/index.js`;
}
