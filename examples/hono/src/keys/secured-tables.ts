import { transactionSetting } from "@meterr/runtime";

/** Every transaction of Parcels names its shop so. */
export const SHOP = transactionSetting("parcels.shop_id");

/** Looked up before the shop is known, and so not among them: sessions, memberships, carrier_accounts. */
export const SECURED = [
  { name: "parcels", tenantColumn: "shop_id" },
  { name: "activity", tenantColumn: "shop_id" },
] as const;
