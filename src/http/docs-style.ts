/** The style of the page: light and dark as the reader has it, and readable on a telephone. */
export const docsStyle = `
:root { --text: #1c2128; --dim: #57606a; --page: #fff; --box: #f4f6f8; --line: #d0d7de; --link: #0757b8; --mark: #0b6b4f }
@media (prefers-color-scheme: dark) {
  :root { --text: #dde3ea; --dim: #9aa4af; --page: #14181d; --box: #1e242b; --line: #39424c; --link: #79b8ff; --mark: #6fd3a8 }
}
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 60rem; padding: 1rem 1.25rem 4rem; color: var(--text); background: var(--page);
  font: 1rem/1.55 system-ui, sans-serif; overflow-wrap: break-word }
h1 small, nav span { color: var(--dim); font-weight: normal; font-size: .9rem }
h2 { margin: 2.5rem 0 .5rem; padding-bottom: .25rem; border-bottom: 1px solid var(--line) }
nav h2 { margin: 1rem 0 .25rem; border: 0; font-size: 1rem }
nav ul { margin: 0; padding: 0; list-style: none }
nav li { padding: .15rem 0 }
article { margin: 1.5rem 0; padding: .25rem 1rem 1rem; border: 1px solid var(--line); border-radius: .5rem; scroll-margin-top: 1rem }
article:target { border-color: var(--mark) }
h3 { font-size: 1.05rem } h4 { margin: 1.1rem 0 .3rem; color: var(--dim); font-size: .9rem }
h3 b, nav b { color: var(--mark) }
.scope { padding: .05rem .5rem; border: 1px solid var(--line); border-radius: 1rem; color: var(--dim); font-size: .8rem; font-weight: normal }
a { color: var(--link) }
code { font: .875em ui-monospace, monospace }
pre { margin: .4rem 0; padding: .7rem; overflow-x: auto; max-height: 28rem; background: var(--box); border-radius: .4rem; line-height: 1.4 }
.wide { overflow-x: auto }
table { border-collapse: collapse; width: 100% }
td { padding: .3rem .6rem .3rem 0; border-top: 1px solid var(--line); vertical-align: top }
dl { margin: 0 } dt { font-weight: 600 } dd { margin: 0 0 .4rem 1rem } dd p { margin: .15rem 0 }
@media print { pre { max-height: none; white-space: pre-wrap } }
`;
