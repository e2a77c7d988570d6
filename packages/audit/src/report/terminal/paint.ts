/** Colours by meaning; whether any is used is decided by whoever knows the terminal. */
export type Colour = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";
export type Paint = (colour: Colour, text: string) => string;

/** What a report for people is drawn with. */
export interface Drawing {
  readonly paint: Paint;
  /** Columns there are. */
  readonly width: number;
  /** One line per violation and the totals, nothing else. */
  readonly quiet: boolean;
}
