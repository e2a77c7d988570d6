/** A page of its final size while it is made. */
export default function Loading() {
  return (
    <div aria-busy="true">
      <output className="sr-only">Loading</output>
      <div className="skeleton mb-2 h-7 w-48" />
      <div className="skeleton mb-6 h-5 w-80 max-w-full" />
      <div className="skeleton mb-4 h-24 w-full" />
      <div className="skeleton h-72 w-full" />
    </div>
  );
}
