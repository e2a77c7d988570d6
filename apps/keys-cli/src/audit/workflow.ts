/**
 * A GitHub Actions workflow that audits pull requests and the default branch. Actions are named by commit, so that what
 * runs is what was read; permissions are those that are needed and no more.
 * @param folder of the audited code, relative to the repository; "." for all of it
 */
export function workflow(version: string, branch: string, folder: string): string {
  const target = folder === "." ? "" : ` ${quoted(folder)}`;
  const command = `npx --yes @meterr/keys@${version} audit${target}`;
  return `# Fails a pull request on violations that are not in keys.baseline.json, and shows them in code scanning.
name: keys audit

on:
  pull_request:
  push:
    branches: [${JSON.stringify(branch)}]

permissions:
  contents: read

jobs:
  audit:
    runs-on: ubuntu-latest
    timeout-minutes: 15
    permissions:
      contents: read
      actions: read # the upload asks which run it belongs to, in a private repository
      security-events: write # to show findings in code scanning
    steps:
      - uses: actions/checkout@df4cb1c069e1874edd31b4311f1884172cec0e10 # v6.0.3
        with:
          persist-credentials: false
      - uses: actions/setup-node@48b55a011bda9f5d6aeb4c2d9c7362e8dae4041e # v6.4.0
        with:
          node-version: 24
      - name: Audit
        run: ${scalar(`${command} --format sarif --output keys-audit.sarif`)}
      - name: Summary
        if: \${{ !cancelled() }}
        run: ${scalar(`${command} --format markdown >> "$GITHUB_STEP_SUMMARY" || true`)}
      - name: Upload
        # A pull request from a fork has no right to upload; the audit above still decides.
        if: \${{ !cancelled() && hashFiles('keys-audit.sarif') != '' && (github.event_name != 'pull_request' || github.event.pull_request.head.repo.full_name == github.repository) }}
        uses: github/codeql-action/upload-sarif@8aad20d150bbac5944a9f9d289da16a4b0d87c1e # v4.36.2
        with:
          sarif_file: keys-audit.sarif
          category: keys-audit
`;
}

/** One argument of a POSIX shell, whatever the folder is called. */
function quoted(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** A scalar of YAML: plain where that is safe, else JSON, which YAML reads as well. */
function scalar(text: string): string {
  return /: |:$| #|\s$|[^\u0020-\u007e]/.test(text) ? JSON.stringify(text) : text;
}
