import { InvoiceOverview } from "../../keys/invoice-overview/overview.tsx";

export const dynamic = "force-dynamic";

export default function Overview() {
  return <InvoiceOverview />;
}
