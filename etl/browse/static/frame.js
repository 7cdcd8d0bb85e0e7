// The archive in a frame beside the menu of Airflow, whose plugin page this is (`react_apps`); no page of the archive
// has a script. The frames that Airflow draws itself are in a sandbox where no link opens in the whole window: those of
// archived pages did nothing, and those to Airflow's runs showed an empty frame.
const ARCHIVE = new URL("..", import.meta.url).pathname
const ROUTE = "/plugin/archive"
const STYLE = { border: "none", display: "block", height: "100%", width: "100%" }

globalThis.AirflowPlugin = function Archive() {
  const { pathname, search, hash } = globalThis.location
  const [before, inside] = pathname.split(ROUTE)
  const start = (inside ?? "").startsWith(ARCHIVE) ? inside + search + hash : ARCHIVE
  // What is shown has an address of its own, which can be reloaded and sent.
  const follow = ({ target }) => {
    let shown
    try {
      shown = target.contentWindow.location
      if (!shown.pathname.startsWith(ARCHIVE)) return
    } catch {
      return // a page of another site
    }
    const address = before + ROUTE + shown.pathname + shown.search + shown.hash
    globalThis.history.replaceState(globalThis.history.state, "", address)
  }
  const [src] = globalThis.React.useState(start)
  return globalThis.React.createElement("iframe", { src, title: "档案", style: STYLE, onLoad: follow })
}
