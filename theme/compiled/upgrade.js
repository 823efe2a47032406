var canoaUpgrade=(e,t)=>{const n=[];if(!(t<=n.length+1))throw new Error("¦this study was kept by a newer copy of the site: open that one¦");return n.slice(t-1).reduce((e,t)=>t(e),e)}
