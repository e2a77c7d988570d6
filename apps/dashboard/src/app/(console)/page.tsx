import { PageHead } from "@/components/shell/page-head.tsx";

export default function OverviewPage() {
  return <PageHead title="Overview" />;
}
