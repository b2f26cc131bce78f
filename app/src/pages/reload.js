(function connect() {
  const socket = new WebSocket(`ws://${location.hostname}:PORT/live_reload`);
  socket.onmessage = ({ data }) => {
    const news = JSON.parse(data);
    if (news.all) location.reload();
    for (const link of news.css ? document.querySelectorAll("link[rel=stylesheet]") : []) {
      const url = new URL(link.href);
      url.searchParams.set("version", Date.now());
      link.href = url;
    }
  };
  socket.onclose = () => setTimeout(connect, 1000);
})();
