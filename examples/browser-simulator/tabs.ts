/** Tells the other tabs that something was saved, and hears it from them. */
export interface Tabs {
  readonly tell: () => void
  readonly close: () => void
}

export function openTabs(hear: () => void): Tabs {
  const channel = new BroadcastChannel('layerfold-simulator')
  channel.onmessage = hear
  return { tell: () => channel.postMessage('saved'), close: () => channel.close() }
}
