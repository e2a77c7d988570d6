"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import type { ModelPrice, Page } from "@/api/answers.ts";
import type { Answer } from "@/api/problem.ts";
import { PageProblem } from "@/components/feedback/page-problem.tsx";
import { Sheet } from "@/components/feedback/sheet.tsx";
import { ProviderName } from "@/components/figures/provider-name.tsx";
import { When } from "@/components/figures/when.tsx";
import { priceInUsd } from "@/format/money.ts";
import { useMay } from "@/components/shell/session-context.tsx";
import { ModelPriceForm } from "./model-price-form.tsx";
import { Section } from "./section.tsx";

export function ModelPrices({ answer }: { readonly answer: Answer<Page<ModelPrice>> }) {
  const router = useRouter();
  const may = useMay("prices.update");
  const [setting, setSetting] = useState(false);
  const prices = answer.ok ? answer.data.items : [];
  return (
    <Section
      title="Model prices"
      lead="Set by you, in US dollars per million tokens. All other models are priced by the catalogue; one without any price is refused."
      act={
        may ? (
          <button type="button" className="button" onClick={() => setSetting(true)}>
            Set a price
          </button>
        ) : null
      }
    >
      {!answer.ok ? (
        <PageProblem problem={answer.problem} />
      ) : prices.length === 0 ? (
        <p className="px-4 pb-4 text-muted">None is set. The catalogue’s prices are in force.</p>
      ) : (
        <table className="rows border-t border-line">
          <caption className="sr-only">Prices set by this organisation</caption>
          <thead>
            <tr>
              <th scope="col">Model</th>
              <th scope="col">Provider</th>
              <th scope="col" className="number">
                Input
              </th>
              <th scope="col" className="number">
                Output
              </th>
              <th scope="col">Since</th>
            </tr>
          </thead>
          <tbody>
            {prices.map((price) => (
              <tr key={price.version}>
                <th scope="row" className="wrap-anywhere">
                  {price.model}
                </th>
                <td data-label="Provider">
                  <ProviderName provider={price.provider} />
                </td>
                <td data-label="Input" className="number">
                  {priceInUsd(price.prices["input_usd_per_million"])}
                </td>
                <td data-label="Output" className="number">
                  {priceInUsd(price.prices["output_usd_per_million"])}
                </td>
                <td data-label="Since" className="text-muted">
                  {price.created_at === null ? null : <When instant={price.created_at} />}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {setting ? (
        <Sheet title="Set the price of a model" onClose={() => setSetting(false)}>
          <ModelPriceForm
            onSet={() => {
              setSetting(false);
              router.refresh();
            }}
          />
        </Sheet>
      ) : null}
    </Section>
  );
}
