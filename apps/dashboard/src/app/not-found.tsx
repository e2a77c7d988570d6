import Link from "next/link";
import { Entrance } from "@/components/shell/entrance.tsx";

export default function NotFound() {
  return (
    <Entrance title="There is no such page" lead="The address may be mistyped, or from another version.">
      <Link href="/" className="link">
        To the overview
      </Link>
    </Entrance>
  );
}
